import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { featureCount } from '@/lib/network/mobilenet-v2.ts';
import type { Pass, WorkPhase } from '@/lib/work/run-work.ts';
import { ActivationStore, extractionBatch } from '@/server/model/activations/activation-store.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import type { OnBatch } from '@/server/model/dataset/batches/batches.ts';
import type { Dataset } from '@/server/model/dataset/dataset.ts';
import { type Split, sizesOf } from '@/server/model/dataset/split.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { Canceled } from '@/server/model/errors.ts';
import { sizeOf } from '@/server/model/graph/node.ts';
import { frozenShape } from '@/server/model/network/model.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { logitsFromRows } from '@/server/model/predict.ts';
import { type Activations, assembleModel, type Experiment, type SplitRows } from '@/server/training/experiment.ts';
import { trainHead } from '@/server/training/stage1.ts';
import { fineTune } from '@/server/training/stage2.ts';
import { Reporter } from '@/server/training/telemetry/reporter.ts';
import { TimeLeft } from '@/server/training/telemetry/time-left.ts';
import { randomRows } from './random-dataset.ts';

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
export async function timePasses(passes: readonly Pass[], options: WatchOptions): Promise<Map<Pass, Step[]>> {
  const { engine, weights, dataset, split, isEnough, signal } = options;
  // Its own rates could make random numbers diverge, and its epochs end too soon; neither costs time.
  const config = { ...options.config, epochs_stage1: 1000, epochs_stage2: 1000, lr_stage1: 1e-4, lr_stage2: 1e-6 };
  const model = assembleModel({ config, dataset, split, weights, engine, cache: noCache });
  const shape = { network: networkOf(config), imageSize: config.image_size, nUnfreeze: config.n_unfreeze };
  const rowsOf = (width: number) => ({
    train: randomRows(split.train.length, width),
    val: randomRows(split.val.length, width),
    test: randomRows(split.test.length, width),
  });
  const features = rowsOf(featureCount);
  const frozenRows = rowsOf(sizeOf(frozenShape(shape)));
  const common = {
    config,
    dataset,
    split,
    complete: split,
    wall: new Uint32Array(),
    weights,
    ...model,
    saveCheckpoint: async () => {},
    resumeFrom: null,
    extendFromEpoch: 0,
  };

  const counting =
    ({ timeLeft, reporter }: Experiment, pass: Pass): OnBatch =>
    async (count, seconds) => {
      timeLeft.advance('evaluation', pass, count, seconds);
      await reporter.listen();
    };
  const compute = async (experiment: Experiment, pass: 'features' | 'frozen') => {
    const store =
      pass === 'features' ? model.features : new ActivationStore(engine, weights, shape, dataset.hash, noCache);
    const indices = Uint32Array.from({ length: 4 * extractionBatch }, (_, i) => split.train[i % split.train.length]!);
    const request = { images: dataset.train, indices, mirrored: false };
    for (;;) await store.compute(request, async () => {}, counting(experiment, pass));
  };

  /** Each runs until it is stopped. */
  const works: Record<Pass, (experiment: Experiment) => Promise<void>> = {
    head: (experiment) => trainHead(experiment, features),
    features: (experiment) => compute(experiment, 'features'),
    frozen: (experiment) => compute(experiment, 'frozen'),
    finetune: (experiment) => fineTune({ ...experiment, stage2Input: { kind: 'pixels' } }, features),
    tail: (experiment) =>
      fineTune({ ...experiment, stage2Input: { kind: 'activations', store: holding(frozenRows) } }, features),
    predict: async (experiment) => {
      for (;;) {
        await logitsFromRows(
          model.programs.stage2,
          experiment.parameters,
          frozenRows.train,
          counting(experiment, 'predict'),
        );
      }
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

const noCache = new CacheFolder('', 0);

/** A store in which all of these are. */
const holding = (rows: SplitRows): Activations => ({
  get: async ({ indices }) => ({
    rows: Object.values(rows).find(({ count }) => count === indices.length)!,
    cached: true,
  }),
  hasRoomFor: async () => true,
  fileName: () => 'random',
  computed: 0,
  release: async () => {},
});

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
    super(config, sizesOf(split), { cacheLimit: 0 });
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
