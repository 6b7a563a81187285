import { rm } from 'node:fs/promises';
import path from 'node:path';
import { networkOf } from '../../lib/backbones.ts';
import type { Speed } from '../../lib/estimate.ts';
import type { Timing } from '../../lib/metrics.ts';
import { trainedConvolutions } from '../../lib/mobilenet-v2.ts';
import type { Paths } from '../../lib/paths.ts';
import { encodePredictions } from '../../lib/predictions.ts';
import { buildResultsLog } from '../../lib/results-json.ts';
import type { RunEvent } from '../../lib/run-events.ts';
import { keepsFrozen, tunesBase } from '../../lib/run-work.ts';
import type { TrainConfig } from '../../lib/train-config.ts';
import { CacheFolder } from './cache-folder.ts';
import { type Checkpoint, checkpointFile, writeCheckpoint } from './checkpoint.ts';
import { loadDataset } from './dataset/load.ts';
import { splitImages, testIdentity } from './dataset/split.ts';
import { chooseWall } from './dataset/wall.ts';
import { chooseEngine } from './engine/choose.ts';
import { guardEngine } from './engine/guard.ts';
import { keepFailure } from './engine/keep-verdicts.ts';
import { evaluate, labelsOf, predictAll, scoreHead } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import { exportModel } from './export/model-files.ts';
import { encodePng } from './export/png.ts';
import { trainedModel } from './export/trained-model.ts';
import { writeWhole } from './export/write-whole.ts';
import { extractFeatures } from './extract-features.ts';
import { FrozenStore } from './frozen-store.ts';
import { createHead } from './network/head.ts';
import { findWeightsFile, loadWeights } from './network/weights.ts';
import { Programs } from './programs.ts';
import { Random } from './random.ts';
import { type Emit, type Outcome, Reporter, tellOutcome } from './reporter.ts';
import { trainHead } from './stage1.ts';
import { fineTune } from './stage2.ts';
import { TimeLeft } from './time-left.ts';

export interface TrainingOptions {
  runId: string;
  config: TrainConfig;
  paths: Paths;
  /** Where the run's log goes; by default `run_<id>.json` in the results folder. */
  logFile?: string;
  /** How fast earlier runs were here, for the estimate of the time left. */
  speeds?: Speed[];
  /** Told everything that happens; training waits for it. */
  emit: Emit;
  /** Aborting cancels the run at the next step. */
  signal: AbortSignal;
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
async function train({ runId, config, paths, logFile, speeds, emit, signal }: TrainingOptions): Promise<void> {
  // Everything told is also what the run's log is made of.
  const events: RunEvent[] = [];
  const record: Emit = async (event) => {
    if (event.type !== 'progress') events.push(event);
    await emit(event);
  };

  // What to train, on what, with what.
  const reading = new Reporter(record, signal, { seconds: () => null });
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
  const { engine: chosen, verdicts } = await chooseEngine(config, paths.cache);
  const engine = guardEngine(chosen, (why) => keepFailure(paths.cache, chosen.name, why));
  const timeLeft = new TimeLeft(config, images, { known: speeds, cacheLimit: paths.cacheLimit });
  const reporter = new Reporter(record, signal, timeLeft);
  const classes = dataset.classes.length;
  const folder = path.join(paths.results, runId);
  const tunes = tunesBase(config);
  const cache = new CacheFolder(paths.cache, paths.cacheLimit);
  const store = (nUnfreeze: number) => new FrozenStore(engine, weights, { ...base, nUnfreeze }, dataset.hash, cache);
  const features = store(0);
  const frozen = keepsFrozen(config, images, paths.cacheLimit) ? store(config.n_unfreeze) : null;
  const experiment: Experiment = {
    ...{ config, dataset, split, complete, wall: wall.rows, weights, engine, reporter, timeLeft, features },
    frozen: tunes ? frozen : features,
    parameters: createHead(classes, new Random(config.seed, 'head')),
    keep: (checkpoint) => keepCheckpoint(checkpointFile(folder), checkpoint),
  };
  const exported = async (file: string, bytes: number) => {
    await reporter.tell({ type: 'exported', file, bytes });
    reporter.throwIfCanceled();
  };
  await reporter.tell({
    type: 'started',
    ...{ engine: engine.name, device: engine.device, threads: engine.threads, engines: verdicts, images },
    weightsFile: path.basename(weightsFile),
    test: testIdentity(dataset.test, split.test),
    classes: [...dataset.classes],
    trainedKernels: trainedConvolutions(network, config.n_unfreeze).length,
    wall: [...wall.labels],
  });
  const picture = encodePng(wall.width, wall.height, wall.pixels);
  await exported('wall.png', await writeWhole(path.join(folder, 'wall.png'), picture));

  // Features of the frozen base, once.
  await reporter.enter('features');
  const { features: rows, cached } = await extractFeatures(experiment);
  const featureSeconds = reporter.elapsed();

  // Stage 1: the head.
  await reporter.enter('head');
  const headPrograms = new Programs(engine, weights, { ...base, nUnfreeze: 0, classes });
  await trainHead(experiment, rows, headPrograms);
  timeLeft.finish('head');
  const headSeconds = reporter.elapsed();
  const stage1 = await scoreHead(experiment, rows, headPrograms);
  await reporter.tell({ type: 'measured', speeds: timeLeft.speeds() });

  // Stage 2: the head and the last layers of the base.
  const programs = tunes
    ? new Programs(engine, weights, { ...base, nUnfreeze: config.n_unfreeze, classes })
    : headPrograms;
  let fineTuneSeconds = 0;
  if (config.epochs_stage2 > 0) {
    await reporter.enter('finetune');
    await fineTune(experiment, rows, programs);
    fineTuneSeconds = reporter.elapsed();
  }
  timeLeft.finish('finetune');

  // How good it is, plain and as the mean of image and mirror image.
  await reporter.enter('evaluation');
  const logits = await predictAll(experiment, programs);
  timeLeft.finish('evaluation');
  const { metrics, confusion, probabilities } = await evaluate(experiment, logits);
  await reporter.tell({ type: 'measured', speeds: timeLeft.speeds() });
  const timing: Timing = {
    feature_extract: featureSeconds,
    top_train: headSeconds,
    end2end: fineTuneSeconds,
    total: featureSeconds + headSeconds + fineTuneSeconds,
    evaluation: reporter.elapsed(),
    features_cached: cached,
    ...(tunes && frozen && { frozen_cached: frozen.computed === 0 }),
  };
  await reporter.tell({
    type: 'evaluated',
    metrics: { ...metrics, ...stage1 },
    ...{ timing, confusion },
    classes: [...dataset.classes],
  });

  // What is taken away.
  await reporter.enter('export');
  const model = trainedModel(config, { weights, parameters: experiment.parameters, classes: dataset.classes });
  await exportModel(folder, model, exported);
  const predictions = encodePredictions(labelsOf(dataset.test, split.test), probabilities, classes);
  await exported('predictions.bin', await writeWhole(path.join(folder, 'predictions.bin'), predictions));
  const log = `${JSON.stringify(buildResultsLog({ runId, config, events }), null, 2)}\n`;
  await exported('run.json', await writeWhole(logFile ?? path.join(paths.results, `run_${runId}.json`), log));
  await Promise.all([headPrograms.release(), programs === headPrograms ? null : programs.release()]);
  await Promise.all([features.release(), frozen?.release()]);
  // What is whole needs no checkpoint.
  await rm(checkpointFile(folder), { force: true });
}

/** A checkpoint that cannot be written, because the disk is full, ends no run: the one before it stays. */
async function keepCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  try {
    await writeCheckpoint(file, checkpoint);
  } catch (error) {
    console.error(`The checkpoint could not be written: ${error instanceof Error ? error.message : error}`);
  }
}
