import { randomBytes } from 'node:crypto';
import { cifar10Classes } from '../../lib/classes.ts';
import { type Speed, speedKind } from '../../lib/estimate.ts';
import { featureCount, trainedConvolutions } from '../../lib/mobilenet-v2.ts';
import { type Pass, staysOnFeatures, type WorkPhase } from '../../lib/run-work.ts';
import type { TrainConfig } from '../../lib/train-config.ts';
import { type Dataset, imageBytes } from './dataset/cifar10.ts';
import type { Split } from './dataset/split.ts';
import { chooseEngine } from './engine/choose.ts';
import { Canceled } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { extractionBatch, FeatureStore } from './features.ts';
import { createHead } from './network/head.ts';
import { randomWeights } from './network/random-weights.ts';
import { logitsFromImages } from './predict.ts';
import { Programs } from './programs.ts';
import { Random } from './random.ts';
import { type Emit, type Outcome, Reporter, tellOutcome } from './reporter.ts';
import { trainHead } from './stage1.ts';
import { fineTune } from './stage2.ts';
import { TimeLeft } from './time-left.ts';

/** How long each pass is watched once it is warm. With that and the start, about five seconds. */
const watched: Record<Pass, number> = { head: 0.4, features: 1, finetune: 1.4, predict: 0.6 };
/** The first step compiles, and Node's own compiler takes a while with what is new to it. Seconds. */
const warmUp = 0.2;
/** A first step as long as this has to do. Seconds. */
const longStep = 2;
/** A long run is slower than its best moments: 1.15 to 1.24 times in two runs on an idle machine (docs/BENCHMARKS.md). */
const sustained = 1.15;
/** Random images, in batches: an epoch is short, and there are many. */
const batches = 8;

/**
 * How fast a run with this config would be here: its own steps, on random pixels and weights. Tells one event `measured`,
 * then how it ended; reads and writes no file.
 */
export const probe = ({ config, emit, signal }: ProbeOptions): Promise<Outcome> =>
  tellOutcome(emit, async () => {
    const speeds = await measure(config, signal);
    if (signal.aborted) throw new Canceled();
    await emit({ type: 'measured', at: Date.now(), speeds });
  });

interface ProbeOptions {
  config: TrainConfig;
  emit: Emit;
  signal: AbortSignal;
}

async function measure(asked: TrainConfig, signal: AbortSignal): Promise<Speed[]> {
  // Its own rates could make random numbers diverge; they cost no time.
  const config = { ...asked, epochs_stage1: 1000, epochs_stage2: 1000, lr_stage1: 1e-4, lr_stage2: 1e-6 };
  const engine = chooseEngine(config.engine);
  const weights = randomWeights();
  const { dataset, split } = randomDataset(batches * config.batch_size);
  const classes = dataset.classes.length;
  const model = { imageSize: config.image_size, nUnfreeze: config.n_unfreeze, classes };
  const trainsBase = trainedConvolutions(config.n_unfreeze).length > 0;
  const headPrograms = new Programs(engine, weights, { ...model, nUnfreeze: 0 });
  const programs = trainsBase ? new Programs(engine, weights, model) : headPrograms;
  const rows = (indices: Uint32Array) => randomFloats(indices.length * featureCount);
  const features = { train: rows(split.train), val: rows(split.val), test: rows(split.test) };
  const common = {
    ...{ config, dataset, split, weights, engine },
    features: new FeatureStore(engine, weights, config.image_size, dataset.hash, ''),
    parameters: createHead(classes, new Random(config.seed, 'head')),
    keep: async () => {},
  };

  /** Each would go on for long. Head first, as long as it knows nothing of kernels; what is fine-tuned then predicts. */
  const works: Record<Pass, (experiment: Experiment) => Promise<void>> = {
    head: (experiment) => trainHead(experiment, features, headPrograms),
    features: async ({ timeLeft, reporter }) => {
      const program = await headPrograms.frozen(extractionBatch);
      const pixels = randomFloats(extractionBatch * imageBytes);
      for (;;) {
        const started = performance.now();
        await program.run({ pixels });
        timeLeft.advance('features', 'features', extractionBatch, (performance.now() - started) / 1000);
        await reporter.listen();
      }
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
  const speeds: Speed[] = [];
  for (const pass of passesOf(asked)) {
    const stopwatch = new Stopwatch(config, pass, split);
    const reporter = new Reporter(() => {}, AbortSignal.any([signal, stopwatch.enough]), stopwatch);
    try {
      await works[pass]({ ...common, reporter, timeLeft: stopwatch });
    } catch (error) {
      if (!(error instanceof Canceled)) throw error;
    }
    speeds.push(...stopwatch.speeds());
  }
  return speeds;
}

/** What a run with this config does at all. */
function passesOf(config: TrainConfig): Pass[] {
  if (config.epochs_stage2 === 0 || staysOnFeatures(config)) return ['head', 'features'];
  const trainsBase = trainedConvolutions(config.n_unfreeze).length > 0;
  return trainsBase ? ['head', 'features', 'finetune', 'predict'] : ['head', 'features', 'finetune'];
}

/** Counts one pass once it is warm, until it has seen enough. */
class Stopwatch extends TimeLeft {
  private readonly controller = new AbortController();
  private warmSeconds = 0;
  private watchedSeconds = 0;
  private readonly steps: { images: number; seconds: number }[] = [];

  constructor(
    private readonly asked: TrainConfig,
    private readonly pass: Pass,
    split: Split,
  ) {
    super(asked, { train: split.train.length, val: split.val.length, test: split.test.length });
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
    this.watchedSeconds += seconds;
    if (this.watchedSeconds >= watched[pass]) this.controller.abort();
  }

  /** By the faster half of the steps: what else the machine did meanwhile, it will not do all the time. */
  override speeds = (): Speed[] => {
    const half = this.steps
      .toSorted((a, b) => a.seconds / a.images - b.seconds / b.images)
      .slice(0, Math.ceil(this.steps.length / 2));
    const sum = (part: 'images' | 'seconds') => half.reduce((total, step) => total + step[part], 0);
    return half.length > 0
      ? [{ pass: this.pass, ...speedKind(this.asked), images: sum('images'), seconds: sustained * sum('seconds') }]
      : [];
  };
}

/** Images of nothing, a tenth of them for validation. */
function randomDataset(count: number): { dataset: Dataset; split: Split } {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  pixels.set(randomBytes(pixels.length));
  const images = { pixels, labels: randomBytes(count).map((byte) => byte % cifar10Classes.length), count };
  const name = 'random';
  const train = Uint32Array.from({ length: count }, (_, index) => index);
  const identity = { hash: name, name, images: count };
  return {
    dataset: { name, classes: cifar10Classes, train: images, test: { ...images, identity }, hash: name },
    split: { train, val: train.subarray(0, Math.ceil(count / 9)), test: train.subarray(0, 0) },
  };
}

/** Within 0…1. */
const randomFloats = (length: number): Float32Array => Float32Array.from(randomBytes(length), (byte) => byte / 255);
