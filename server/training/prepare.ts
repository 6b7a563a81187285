import path from 'node:path';
import type { EngineVerdicts } from '@/lib/config/engines.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import type { Speed } from '@/lib/work/estimate.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { sizesOf, splitImages } from '@/server/model/dataset/split.ts';
import { chooseEngine } from '@/server/model/engine/choose.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { saveFailure } from '@/server/model/engine/inventory/save-verdicts.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { removePartialFiles } from '@/server/model/files/write-atomically.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import type { RunState } from './checkpoint/checkpoint.ts';
import { createCheckpointWriter } from './checkpoint/checkpoint-writer.ts';
import { findCheckpoint, initialState } from './checkpoint/resume-state.ts';
import type { Stage1Result } from './checkpoint/stage1-file.ts';
import { assembleModel, type Experiment } from './experiment.ts';
import { FinishRequest } from './finish-request.ts';
import { chooseSampleImages, type SampleImages } from './sample-images.ts';
import { superviseEngine } from './supervise-engine.ts';
import { type Emit, Reporter } from './telemetry/reporter.ts';
import type { StepCounter } from './telemetry/step-counter.ts';
import { TimeLeft } from './telemetry/time-left.ts';

export interface TrainingOptions {
  runId: string;
  config: TrainConfig;
  paths: Paths;
  /** Path of the run's log; by default `run_<id>.json` in the results folder. */
  logFile?: string;
  /** Speeds of earlier runs on this machine, for the estimate of the time left. */
  speeds?: Speed[];
  /** Resume from the run's checkpoint; start from scratch if absent. See the `start` command. */
  resume?: { furtherFrom: number };
  /** Number of this attempt, if there can be several. */
  attempt?: number;
  /** Receives every event; training awaits it. */
  emit: Emit;
  /** Aborting cancels the run at the next step. */
  signal: AbortSignal;
  /** Ends training early; the run is then evaluated and completes. */
  finish?: FinishRequest;
  /** Counts steps for the watchdog. */
  stepCounter?: StepCounter;
}

/** A run that is ready to train: the experiment, and additional data for its files and events. */
export interface PreparedRun extends Experiment {
  runId: string;
  /** Folder of the run's files. */
  folder: string;
  logFile: string;
  attempt: number | undefined;
  engine: Engine;
  verdicts: EngineVerdicts;
  weightsFile: string;
  sampleImages: SampleImages;
  /** The part of the run's state that checkpoints contain; updated during the run. */
  state: RunState;
  /** The result of stage 1 while it could not be written. */
  unsavedStage1?: Stage1Result;
  /** All events so far except `progress`, including those of earlier processes; the run's log is built from them. */
  events: readonly RunEvent[];
}

/**
 * Reads images, weights and checkpoint, and chooses an engine. Emits `progress` while it reads images.
 * @throws CodedError if something is missing or unusable
 */
export async function prepare(options: TrainingOptions): Promise<PreparedRun> {
  const { runId, config, paths, attempt, signal, stepCounter } = options;
  const folder = path.join(paths.results, runId);
  const checkpoint = options.resume ? await findCheckpoint(folder) : null;
  if (checkpoint) await removePartialFiles(folder);
  const state = checkpoint?.run ?? initialState();
  const events = [...state.told];
  const emit = recordInto(events, options.emit);

  const dataset = await readImages(options, emit);
  const split = splitImages(dataset, config.train_limit);
  const sampleImages = chooseSampleImages(dataset, split);
  const weightsFile = findWeightsFile(paths.data, config);
  const weights = await loadWeights(weightsFile, networkOf(config));
  stepCounter?.pauseWatchdog();
  const { engine: chosenEngine, verdicts } = await chooseEngine(config, paths.cache, signal);
  const onFailure = (reason: string) => saveFailure(paths.cache, chosenEngine.name, reason);
  const engine = superviseEngine(chosenEngine, { stepCounter, onFailure });

  const timeLeft = new TimeLeft(config, sizesOf(split), { known: options.speeds, cacheLimit: paths.cacheLimit });
  const reporter = new Reporter(emit, signal, timeLeft, stepCounter);
  const cache = new CacheFolder(paths.cache, paths.cacheLimit);
  return {
    runId,
    folder,
    logFile: options.logFile ?? path.join(paths.results, `run_${runId}.json`),
    attempt,
    config,
    dataset,
    split,
    complete: config.train_limit === 0 ? split : splitImages(dataset, 0),
    sampleRows: sampleImages.rows,
    sampleImages,
    weightsFile,
    weights,
    engine,
    verdicts,
    ...assembleModel({ config, dataset, split, weights, engine, cache }),
    reporter,
    timeLeft,
    finish: options.finish ?? new FinishRequest(),
    state,
    events,
    saveCheckpoint: createCheckpointWriter({ folder, attempt, state, events, reporter }),
    resumeFrom: checkpoint?.fit ?? null,
    extendFromEpoch: options.resume?.furtherFrom ?? 0,
  };
}

/** Records each event except `progress`, then emits it. Drops `told`, whose events are already recorded. */
const recordInto =
  (events: RunEvent[], emit: Emit): Emit =>
  async (event) => {
    if (event.type === 'resumed') events.push({ ...event, told: undefined });
    else if (event.type !== 'progress') events.push(event);
    await emit(event);
  };

function readImages({ config, paths, signal, stepCounter }: TrainingOptions, emit: Emit) {
  const reporter = new Reporter(emit, signal, { seconds: () => null }, stepCounter);
  return loadDataset(config.dataset, paths, (done, total) =>
    reporter.progress({ done, total, imagesPerSecond: done / reporter.elapsed() }),
  );
}
