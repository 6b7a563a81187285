import path from 'node:path';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import type { Timing } from '@/lib/run/metrics.ts';
import { encodePredictions } from '@/lib/run/predictions.ts';
import { buildResultsLog } from '@/lib/run/results-log.ts';
import type { Speed } from '@/lib/work/estimate.ts';
import { keepsFrozen, tunesBase } from '@/lib/work/run-work.ts';
import { FrozenStore } from '@/server/model/activations/activation-store.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { splitImages, testIdentity } from '@/server/model/dataset/split.ts';
import { chooseWall } from '@/server/model/dataset/wall.ts';
import { chooseEngine } from '@/server/model/engine/choose.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { guardEngine } from '@/server/model/engine/guard.ts';
import { keepFailure } from '@/server/model/engine/inventory/keep-verdicts.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { DataError, TrainerError } from '@/server/model/errors.ts';
import { exportModel } from '@/server/model/export/model-files.ts';
import { encodePng } from '@/server/model/export/png.ts';
import { trainedModel } from '@/server/model/export/trained-model.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { removeHalves, writeWhole } from '@/server/model/files/write-whole.ts';
import { createHead } from '@/server/model/network/head.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import { Random } from '@/server/model/random.ts';
import { ensureNewest } from './checkpoint/attempt.ts';
import {
  type Checkpoint,
  keepOneCheckpoint,
  type RunState,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint/checkpoint.ts';
import { evaluate, labelsOf, predictAll, scoreHead } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { extractFeatures } from './extract-features.ts';
import { trainHead } from './stage1.ts';
import { fineTune } from './stage2.ts';
import type { Pulse } from './telemetry/pulse.ts';
import { type Emit, type Outcome, Reporter, tellOutcome } from './telemetry/reporter.ts';
import { TimeLeft } from './telemetry/time-left.ts';

export interface TrainingOptions {
  runId: string;
  config: TrainConfig;
  paths: Paths;
  /** Where the run's log goes; by default `run_<id>.json` in the results folder. */
  logFile?: string;
  /** How fast earlier runs were here, for the estimate of the time left. */
  speeds?: Speed[];
  /** Go on from the run's checkpoint, as the command says; left out: begin. */
  resume?: { furtherFrom: number };
  /** Which attempt at the run this is, where there can be several. */
  attempt?: number;
  /** Told everything that happens; training waits for it. */
  emit: Emit;
  /** Aborting cancels the run at the next step. */
  signal: AbortSignal;
  /** Counts the steps, where somebody watches. */
  pulse?: Pulse;
}

/**
 * One run from the first byte read to the last byte written. Always ends with one event `completed`, `canceled` or
 * `failed`; never throws.
 *
 * @returns which of the three.
 */
export const runTraining = (options: TrainingOptions): Promise<Outcome> =>
  tellOutcome(options.emit, () => train(options));

/** The story. */
async function train({
  runId,
  config,
  paths,
  logFile,
  speeds,
  resume,
  attempt,
  emit,
  signal,
  pulse,
}: TrainingOptions): Promise<void> {
  const folder = path.join(paths.results, runId);
  const checkpoint = resume ? await findCheckpoint(folder) : null;
  if (checkpoint) await removeHalves(folder);
  const soFar: RunState = checkpoint ?? {
    told: [],
    spent: { features: 0, head: 0, finetune: 0 },
    featuresCached: false,
    stage1: null,
  };
  // Everything told, by earlier processes too, is also what the run's log is made of.
  const events: RunEvent[] = [...soFar.told];
  const record: Emit = async (event) => {
    if (event.type === 'resumed') events.push({ ...event, told: undefined });
    else if (event.type !== 'progress') events.push(event);
    await emit(event);
  };

  // What to train, on what, with what.
  const reading = new Reporter(record, signal, { seconds: () => null }, pulse);
  const dataset = await loadDataset(config.dataset, paths, (done, total) =>
    reading.progress({ done, total, imagesPerSecond: done / reading.elapsed() }),
  );
  const split = splitImages(dataset, config.train_limit);
  const complete = config.train_limit === 0 ? split : splitImages(dataset, 0);
  const wall = chooseWall(dataset, split);
  const images = { train: split.train.length, val: split.val.length, test: split.test.length };
  const network = networkOf(config);
  const weightsFile = findWeightsFile(paths.data, config);
  const weights = await loadWeights(weightsFile, network);
  const base = { network, imageSize: config.image_size };
  pulse?.excuse();
  const { engine: chosen, verdicts } = await chooseEngine(config, paths.cache, signal);
  const engine = excusing(
    guardEngine(chosen, (why) => keepFailure(paths.cache, chosen.name, why)),
    pulse,
  );
  const timeLeft = new TimeLeft(config, images, { known: speeds, cacheLimit: paths.cacheLimit });
  const reporter = new Reporter(record, signal, timeLeft, pulse);
  const classes = dataset.classes.length;
  const tunes = tunesBase(config);
  const cache = new CacheFolder(paths.cache, paths.cacheLimit);
  const store = (nUnfreeze: number) => new FrozenStore(engine, weights, { ...base, nUnfreeze }, dataset.hash, cache);
  const features = store(0);
  const frozen = keepsFrozen(config, images, paths.cacheLimit) ? store(config.n_unfreeze) : null;
  const experiment: Experiment = {
    config,
    dataset,
    split,
    complete,
    wall: wall.rows,
    weights,
    engine,
    reporter,
    timeLeft,
    features,
    frozen: tunes ? frozen : features,
    parameters: createHead(classes, new Random(config.seed, 'head')),
    resume: checkpoint,
    furtherFrom: resume?.furtherFrom ?? 0,
    keep: async (state, epoch) => {
      const phase = state.stage === 1 ? 'head' : 'finetune';
      const spent = { ...soFar.spent, [phase]: soFar.spent[phase] + reporter.elapsed() };
      await ensureNewest(folder, attempt);
      const kept = await keepCheckpoint(folder, { ...soFar, ...state, spent, told: [...events, epoch] });
      const known = events.findLast((event) => event.type === 'checkpoints')?.problem ?? null;
      if (kept !== known) await reporter.tell({ type: 'checkpoints', problem: kept });
    },
  };
  const exported = async (file: string, bytes: number) => {
    await reporter.tell({ type: 'exported', file, bytes });
    reporter.throwIfCanceled();
    await ensureNewest(folder, attempt);
  };
  await reporter.tell({
    type: 'started',
    engine: engine.name,
    device: engine.device,
    threads: engine.threads,
    engines: verdicts,
    images,
    weightsFile: path.basename(weightsFile),
    test: testIdentity(dataset.test, split.test),
    classes: [...dataset.classes],
    trainedKernels: trainedConvolutions(network, config.n_unfreeze).length,
    wall: [...wall.labels],
  });
  if (checkpoint || (attempt ?? 1) > 1) await tellResumed(experiment, soFar.told);
  const picture = encodePng(wall.width, wall.height, wall.pixels);
  await exported('wall.png', await writeWhole(path.join(folder, 'wall.png'), picture));

  // Features of the frozen base, once.
  await reporter.enter('features');
  const { features: rows, cached } = await extractFeatures(experiment);
  soFar.spent.features += reporter.elapsed();
  if (tunes) await features.rest();
  if (!checkpoint) soFar.featuresCached = cached;

  // Stage 1: the head.
  const headPrograms = new Programs(engine, weights, { ...base, nUnfreeze: 0, classes });
  if (!soFar.stage1) {
    await reporter.enter('head');
    await trainHead(experiment, rows, headPrograms);
    soFar.spent.head += reporter.elapsed();
    soFar.stage1 = await scoreHead(experiment, rows, headPrograms);
    await reporter.tell({ type: 'measured', speeds: timeLeft.speeds() });
  }
  timeLeft.finish('head');

  // Stage 2: the head and the last layers of the base.
  const programs = tunes
    ? new Programs(engine, weights, { ...base, nUnfreeze: config.n_unfreeze, classes })
    : headPrograms;
  if (config.epochs_stage2 > 0) {
    await reporter.enter('finetune');
    await fineTune(experiment, rows, programs);
    soFar.spent.finetune += reporter.elapsed();
  }
  timeLeft.finish('finetune');

  // How good it is, plain and as the mean of image and mirror image.
  await reporter.enter('evaluation');
  const logits = await predictAll(experiment, programs);
  timeLeft.finish('evaluation');
  const { metrics, confusion, probabilities } = await evaluate(experiment, logits);
  await reporter.tell({ type: 'measured', speeds: timeLeft.speeds() });
  const { spent } = soFar;
  const timing: Timing = {
    feature_extract: spent.features,
    top_train: spent.head,
    end2end: spent.finetune,
    total: spent.features + spent.head + spent.finetune,
    evaluation: reporter.elapsed(),
    features_cached: soFar.featuresCached,
    ...(tunes && frozen && { frozen_cached: frozen.computed === 0 }),
  };
  await reporter.tell({
    type: 'evaluated',
    metrics: { ...metrics, ...soFar.stage1 },
    timing,
    confusion,
    classes: [...dataset.classes],
  });

  // What is taken away.
  await reporter.enter('export');
  await ensureNewest(folder, attempt);
  const model = trainedModel(config, { weights, parameters: experiment.parameters, classes: dataset.classes });
  await exportModel(folder, model, exported);
  const predictions = encodePredictions(labelsOf(dataset.test, split.test), probabilities, classes);
  await exported('predictions.bin', await writeWhole(path.join(folder, 'predictions.bin'), predictions));
  const log = `${JSON.stringify(buildResultsLog({ runId, config, events }), null, 2)}\n`;
  await exported('run.json', await writeWhole(logFile ?? path.join(paths.results, `run_${runId}.json`), log));
  await Promise.all([headPrograms.release(), programs === headPrograms ? null : programs.release()]);
  await Promise.all([features.release(), frozen?.release()]);
  await keepOneCheckpoint(folder);
  await removeHalves(folder);
}

/** Compiling, and the first run of what was compiled, take as long as they like. */
const excusing = (engine: Engine, pulse?: Pulse): Engine => ({
  ...engine,
  compile: (outputs) => {
    pulse?.excuse();
    return engine.compile(outputs);
  },
});

/** Where an earlier process came to. What cannot be read is no reason to end: the run begins anew, and comes to the same. */
const findCheckpoint = (folder: string): Promise<Checkpoint | null> =>
  readCheckpoint(folder).catch((error: unknown) => {
    if (error instanceof TrainerError) return null;
    throw error;
  });

/**
 * Says from where the run goes on, and takes what was done off the time left.
 * @throws DataError where the images are not those of before
 */
async function tellResumed(experiment: Experiment, told: RunEvent[]): Promise<void> {
  const { resume, config, dataset, split, reporter, timeLeft } = experiment;
  const before = told.find((event) => event.type === 'started');
  if (before && before.test.hash !== testIdentity(dataset.test, split.test).hash) {
    const message = 'The images are no longer those that this run began with. Put them back, or run it again.';
    throw new DataError('data-changed', message);
  }
  if (resume?.stage === 1) timeLeft.goOn('head', resume.epoch / Math.max(resume.epoch, config.epochs_stage1));
  if (resume?.stage === 2) timeLeft.goOn('finetune', resume.epoch / Math.max(resume.epoch, config.epochs_stage2));
  await reporter.tell({
    type: 'resumed',
    stage: resume?.stage ?? 1,
    epoch: resume?.epoch ?? 0,
    told: told.filter((event) => event.type === 'epoch' || event.type === 'stage-ended'),
  });
}

/**
 * A checkpoint that cannot be written, because the disk is full, ends no run: the one before it stays.
 * @returns what is wrong, null where nothing is
 */
async function keepCheckpoint(folder: string, checkpoint: Checkpoint): Promise<string | null> {
  try {
    await writeCheckpoint(folder, checkpoint);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    return `Checkpoints cannot be written, so an interruption would cost the epochs since the last one: ${why}`;
  }
}
