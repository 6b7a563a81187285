import { type Timing, timingKeyOf } from '@/lib/run/metrics.ts';
import { removePartialFiles } from '@/server/model/files/write-atomically.ts';
import { ensureCurrentAttempt } from './checkpoint/attempt.ts';
import { deletePreviousCheckpoint } from './checkpoint/checkpoint.ts';
import { findFinishedStage1, type Stage1Result, writeStage1 } from './checkpoint/stage1-file.ts';
import { evaluate } from './evaluate.ts';
import { releaseModel, type SplitRows } from './experiment.ts';
import { exportResults } from './export-results.ts';
import { extractFeatures } from './extract-features.ts';
import { copyParameters, setParameters } from './fit.ts';
import { type PreparedRun, prepare, type TrainingOptions } from './prepare.ts';
import { reportStart } from './report-start.ts';
import { scoreHead, trainHead } from './stage1.ts';
import { fineTune } from './stage2.ts';
import { emitOutcome, type Outcome } from './telemetry/reporter.ts';

/** Does a complete run. Its last event is always `completed`, `canceled` or `failed`, which is also returned; never throws. */
export const runTraining = (options: TrainingOptions): Promise<Outcome> =>
  emitOutcome(options.emit, async () => train(await prepare(options)));

async function train(run: PreparedRun): Promise<void> {
  const { reporter, timeLeft, state } = run;
  await reportStart(run);

  await reporter.enter('features');
  const { features, cached } = await extractFeatures(run);
  state.spent.features += reporter.elapsed();
  if (!run.resumeFrom) state.featuresCached = cached;

  const stage1 = state.stage1 ?? (await runStage1(run, features));
  timeLeft.finish('head');

  await runStage2(run, features);
  timeLeft.finish('finetune');

  await reporter.enter('evaluation');
  const { metrics, confusion, probabilities } = await evaluate(run);
  await reporter.emit({ type: 'measured', speeds: timeLeft.speeds() });
  await reporter.emit({
    type: 'evaluated',
    metrics: { ...metrics, ...stage1 },
    timing: timingOf(run),
    confusion,
    classes: [...run.dataset.classes],
  });

  await reporter.enter('export');
  await exportResults(run, probabilities);
  if (run.unsavedStage1) await writeStage1(run.folder, run.unsavedStage1);
  await releaseModel(run);
  await deletePreviousCheckpoint(run.folder);
  await removePartialFiles(run.folder);
}

/** Trains and scores the head, and writes it to the run's folder. @returns its scores */
async function runStage1(run: PreparedRun, features: SplitRows): Promise<Stage1Result['scores']> {
  const { reporter, timeLeft, state, parameters } = run;
  await reporter.enter('head');
  const finished = run.resumeFrom ? await findFinishedStage1(run.folder, run.resumeFrom.epoch) : null;
  if (finished) {
    setParameters(parameters, finished.head);
    const { bestEpoch } = finished;
    await reporter.emit({ type: 'stage-ended', stage: 1, bestEpoch, stoppedEarly: false, finishedEarly: true });
    state.stage1 = finished.scores;
    await reportFinishedStage1(run);
  } else {
    const end = await trainHead(run, features);
    state.spent.head += reporter.elapsed();
    state.stage1 = await scoreHead(run, features);
    await saveStage1(run, { head: parameters, scores: state.stage1, ...end });
    await reporter.emit({ type: 'measured', speeds: timeLeft.speeds() });
    if (end.finishedEarly) await reportFinishedStage1(run);
  }
  return state.stage1;
}

/** Stage 1 is all training of a run without stage 2. */
async function reportFinishedStage1({ config, reporter }: PreparedRun): Promise<void> {
  if (config.epochs_stage2 === 0) await reporter.emit({ type: 'finished-early' });
}

/** A failure, for example on a full disk, does not end the run; the export tries again. */
async function saveStage1(run: PreparedRun, result: Stage1Result): Promise<void> {
  const { folder, attempt } = run;
  await ensureCurrentAttempt(folder, attempt);
  try {
    await writeStage1(folder, result);
  } catch (error) {
    console.error(`The head of stage 1 cannot be saved yet: ${error instanceof Error ? error.message : error}`);
    // Stage 2 changes the parameters in place.
    run.unsavedStage1 = { ...result, head: copyParameters(result.head) };
  }
}

/** Fine-tunes, unless the user ended training before. */
async function runStage2(run: PreparedRun, features: SplitRows): Promise<void> {
  const { config, reporter, state, finish } = run;
  if (config.epochs_stage2 === 0) return;
  const isSkipped = finish.ends(2);
  if (!isSkipped) await reporter.enter('finetune');
  const { finishedEarly } = await fineTune(run, features);
  if (!isSkipped) state.spent.finetune += reporter.elapsed();
  if (finishedEarly) await reporter.emit({ type: 'finished-early' });
}

/** Seconds in each phase, including earlier processes. Call during evaluation, which is not part of the total. */
function timingOf({ state: { spent, featuresCached }, stage2Input, reporter }: PreparedRun): Timing {
  return {
    [timingKeyOf.features]: spent.features,
    [timingKeyOf.head]: spent.head,
    [timingKeyOf.finetune]: spent.finetune,
    total: spent.features + spent.head + spent.finetune,
    evaluation: reporter.elapsed(),
    features_cached: featuresCached,
    ...(stage2Input.kind === 'activations' && { frozen_cached: stage2Input.store.computed === 0 }),
  };
}
