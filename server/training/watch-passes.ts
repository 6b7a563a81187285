import { networkOf } from '../../lib/backbones.ts';
import { type Pass, trainsKernels, type WorkPhase } from '../../lib/run-work.ts';
import type { TrainConfig } from '../../lib/train-config.ts';
import type { Dataset } from './dataset/dataset.ts';
import type { Split } from './dataset/split.ts';
import type { Engine } from './engine/engine.ts';
import { Canceled } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { extractionBatch, FeatureStore } from './features.ts';
import { createHead } from './network/head.ts';
import type { Weights } from './network/weights.ts';
import { logitsFromImages } from './predict.ts';
import { Programs } from './programs.ts';
import { Random } from './random.ts';
import { randomFeatures } from './random-dataset.ts';
import { Reporter } from './reporter.ts';
import { trainHead } from './stage1.ts';
import { fineTune } from './stage2.ts';
import { TimeLeft } from './time-left.ts';

/**
 * How long a run's passes take: the run's own functions do them, on whatever images and weights, until enough was seen.
 * No file is read or written. What probes and benchmarks go by.
 */

/** Some images, and how long they took. */
export interface Step {
  images: number;
  seconds: number;
}

export interface WatchOptions {
  config: TrainConfig;
  engine: Engine;
  weights: Weights;
  dataset: Dataset;
  split: Split;
  /** @param counted all of the pass since it was warm */
  isEnough: (pass: Pass, counted: Step) => boolean;
  signal: AbortSignal;
}

/**
 * @param passes in the order of a run: what is fine-tuned predicts afterwards.
 * @returns the steps of each, without the first ones, which are slower.
 * @throws Canceled where the signal aborts.
 */
export async function watchPasses(passes: readonly Pass[], options: WatchOptions): Promise<Map<Pass, Step[]>> {
  const { engine, weights, dataset, split, isEnough, signal } = options;
  // Its own rates could make random numbers diverge, and its epochs end too soon; neither costs time.
  const config = { ...options.config, epochs_stage1: 1000, epochs_stage2: 1000, lr_stage1: 1e-4, lr_stage2: 1e-6 };
  const classes = dataset.classes.length;
  const model = { network: networkOf(config), imageSize: config.image_size, nUnfreeze: config.n_unfreeze, classes };
  const trainsBase = trainsKernels(config);
  const headPrograms = new Programs(engine, weights, { ...model, nUnfreeze: 0 });
  const programs = trainsBase ? new Programs(engine, weights, model) : headPrograms;
  const features = randomFeatures(split);
  const common = {
    ...{ config, dataset, split, weights, engine },
    features: new FeatureStore(engine, weights, model, dataset.hash, ''),
    parameters: createHead(classes, new Random(config.seed, 'head')),
    keep: async () => {},
  };

  /** Each would go on for long. */
  const works: Record<Pass, (experiment: Experiment) => Promise<void>> = {
    head: (experiment) => trainHead(experiment, features, headPrograms),
    features: async ({ timeLeft, reporter }) => {
      const indices = Uint32Array.from({ length: 4 * extractionBatch }, (_, i) => split.train[i % split.train.length]!);
      const request = { images: dataset.train, indices, mirrored: false };
      const onBatch = async (count: number, seconds: number) => {
        timeLeft.advance('features', 'features', count, seconds);
        await reporter.listen();
      };
      for (;;) await common.features.extract(request, onBatch);
    },
    finetune: (experiment) => fineTune(experiment, features, programs),
    predict: async ({ parameters, timeLeft, reporter }) => {
      const onBatch = async (count: number, seconds: number) => {
        timeLeft.advance('evaluation', 'predict', count, seconds);
        await reporter.listen();
      };
      for (;;) await logitsFromImages(programs, parameters, dataset.train, split.train, { mirrored: false, onBatch });
    },
  };
  const steps = new Map<Pass, Step[]>();
  for (const pass of passes) {
    const stopwatch = new Stopwatch(config, split, pass, (counted) => isEnough(pass, counted));
    const reporter = new Reporter(() => {}, AbortSignal.any([signal, stopwatch.enough]), stopwatch);
    try {
      await works[pass]({ ...common, reporter, timeLeft: stopwatch });
    } catch (error) {
      if (!(error instanceof Canceled) || signal.aborted) throw error;
    }
    steps.set(pass, stopwatch.steps);
  }
  return steps;
}

/** The first step compiles, and Node's own compiler takes a while with what is new to it. Seconds. */
const warmUp = 0.2;
/** A first step as long as this has to do. Seconds. */
const longStep = 2;

/** Counts one pass once it is warm, until it has seen enough. */
class Stopwatch extends TimeLeft {
  readonly steps: Step[] = [];
  private readonly controller = new AbortController();
  private warmSeconds = 0;
  private readonly counted: Step = { images: 0, seconds: 0 };

  constructor(
    config: TrainConfig,
    split: Split,
    private readonly pass: Pass,
    private readonly isEnough: (counted: Step) => boolean,
  ) {
    super(config, { train: split.train.length, val: split.val.length, test: split.test.length });
  }

  /** Aborts when it has. */
  get enough(): AbortSignal {
    return this.controller.signal;
  }

  override advance(_: WorkPhase, pass: Pass, images: number, seconds: number): void {
    if (pass !== this.pass || images === 0) return;
    const isWarm = this.warmSeconds >= warmUp || seconds >= longStep;
    this.warmSeconds += seconds;
    if (!isWarm) return;
    this.steps.push({ images, seconds });
    this.counted.images += images;
    this.counted.seconds += seconds;
    if (this.isEnough(this.counted)) this.controller.abort();
  }
}
