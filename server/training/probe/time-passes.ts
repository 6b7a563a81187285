import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { featureCount } from '@/lib/network/mobilenet-v2.ts';
import type { WorkPhase } from '@/lib/run/phases.ts';
import type { Pass } from '@/lib/work/run-work.ts';
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
import { FinishRequest } from '@/server/training/finish-request.ts';
import { trainHead } from '@/server/training/stage1.ts';
import { fineTune } from '@/server/training/stage2.ts';
import { Reporter } from '@/server/training/telemetry/reporter.ts';
import { TimeLeft } from '@/server/training/telemetry/time-left.ts';
import { randomRows } from './random-dataset.ts';

/**
 * Times the passes of a run for probes and benchmarks. The functions of real runs execute them on the given images and
 * weights, until enough is measured. Reads and writes no files.
 */

/** The number of images in a step, and its duration. */
export interface Step {
  images: number;
  seconds: number;
}

export interface TimingOptions {
  config: TrainConfig;
  engine: Engine;
  weights: Weights;
  dataset: Dataset;
  split: Split;
  /** @param measured sums over all steps of the pass after warm-up */
  isEnough: (pass: Pass, measured: Step) => boolean;
  signal: AbortSignal;
}

/**
 * @param passes in the order of a run: fine-tuning precedes prediction
 * @returns the steps of each pass, without the slower ones during warm-up
 * @throws Canceled if the signal aborts
 */
export async function timePasses(passes: readonly Pass[], options: TimingOptions): Promise<Map<Pass, Step[]>> {
  const { engine, weights, dataset, split, isEnough, signal } = options;
  // Configured learning rates could diverge on random data, and epochs could end too soon. Neither affects speed.
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
    sampleRows: new Uint32Array(),
    weights,
    ...model,
    finish: new FinishRequest(),
    saveCheckpoint: async () => {},
    resumeFrom: null,
    extendFromEpoch: 0,
  };

  const recordBatch =
    ({ timeLeft, reporter }: Experiment, pass: Pass): OnBatch =>
    async (count, seconds) => {
      timeLeft.advance('evaluation', pass, count, seconds);
      await reporter.checkCanceled();
    };
  const compute = async (experiment: Experiment, pass: 'features' | 'frozen') => {
    const store =
      pass === 'features' ? model.features : new ActivationStore(engine, weights, shape, dataset.hash, noCache);
    const indices = Uint32Array.from({ length: 4 * extractionBatch }, (_, i) => split.train[i % split.train.length]!);
    const request = { images: dataset.train, indices, mirrored: false };
    for (;;) await store.compute(request, async () => {}, recordBatch(experiment, pass));
  };

  /** Each function runs until it is canceled. */
  const workOfPass: Record<Pass, (experiment: Experiment) => Promise<unknown>> = {
    head: (experiment) => repeat(() => trainHead(experiment, features)),
    features: (experiment) => compute(experiment, 'features'),
    frozen: (experiment) => compute(experiment, 'frozen'),
    finetune: (experiment) => repeat(() => fineTune({ ...experiment, stage2Input: { kind: 'pixels' } }, features)),
    tail: (experiment) => {
      const stage2Input = { kind: 'activations' as const, store: filledStore(frozenRows) };
      return repeat(() => fineTune({ ...experiment, stage2Input }, features));
    },
    predict: async (experiment) => {
      for (;;) {
        await logitsFromRows(
          model.programs.stage2,
          experiment.parameters,
          frozenRows.train,
          recordBatch(experiment, 'predict'),
        );
      }
    },
  };
  const steps = new Map<Pass, Step[]>();
  for (const pass of passes) {
    const stopwatch = new Stopwatch(config, split, pass, (measured) => isEnough(pass, measured));
    const reporter = new Reporter(() => {}, AbortSignal.any([signal, stopwatch.enough]), stopwatch);
    try {
      await workOfPass[pass]({ ...common, reporter, timeLeft: stopwatch });
    } catch (error) {
      if (!(error instanceof Canceled) || signal.aborted) throw error;
    }
    steps.set(pass, stopwatch.steps);
  }
  return steps;
}

/** Training on random data stops early, on a fast machine even before the warm-up is over. */
async function repeat(train: () => Promise<unknown>): Promise<never> {
  for (;;) await train();
}

const noCache = new CacheFolder('', 0);

/** An activation store that already contains all rows. */
const filledStore = (rows: SplitRows): Activations => ({
  get: async ({ indices }) => ({
    rows: Object.values(rows).find(({ count }) => count === indices.length)!,
    cached: true,
  }),
  hasRoomFor: async () => true,
  fileName: () => 'random',
  computed: 0,
  release: async () => {},
});

/** Seconds of warm-up: the first step compiles the program, and V8 needs time to optimize new code. */
const warmUp = 0.2;
/** A step that takes at least this many seconds counts even without warm-up. */
const longStep = 2;

/** Measures one pass after its warm-up, until enough is measured. */
class Stopwatch extends TimeLeft {
  readonly steps: Step[] = [];
  private readonly controller = new AbortController();
  private warmSeconds = 0;
  private readonly measuredSum: Step = { images: 0, seconds: 0 };

  constructor(
    config: TrainConfig,
    split: Split,
    private readonly pass: Pass,
    private readonly isEnough: (measured: Step) => boolean,
  ) {
    super(config, sizesOf(split), { cacheLimit: 0 });
  }

  /** Aborts when enough is measured. */
  get enough(): AbortSignal {
    return this.controller.signal;
  }

  override advance(_: WorkPhase, pass: Pass, images: number, seconds: number): void {
    if (pass !== this.pass || images === 0) return;
    const isWarm = this.warmSeconds >= warmUp || seconds >= longStep;
    this.warmSeconds += seconds;
    if (!isWarm) return;
    this.steps.push({ images, seconds });
    this.measuredSum.images += images;
    this.measuredSum.seconds += seconds;
    if (this.isEnough(this.measuredSum)) this.controller.abort();
  }
}
