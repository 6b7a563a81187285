import { type Timing, timingKeyOf } from '@/lib/run/metrics.ts';
import { removePartialFiles } from '@/server/model/files/write-atomically.ts';
import { deletePreviousCheckpoint } from './checkpoint/checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { releaseModel } from './experiment.ts';
import { exportResults } from './export-results.ts';
import { extractFeatures } from './extract-features.ts';
import { type PreparedRun, prepare, type TrainingOptions } from './prepare.ts';
import { reportStart } from './report-start.ts';
import { scoreHead, trainHead } from './stage1.ts';
import { fineTune } from './stage2.ts';
import { emitOutcome, type Outcome } from './telemetry/reporter.ts';

/** Does a complete run. Its last event is always `completed`, `canceled` or `failed`, which is also returned; never throws. */
export const runTraining = (options: TrainingOptions): Promise<Outcome> =>
  emitOutcome(options.emit, async () => train(await prepare(options)));

async function train(run: PreparedRun): Promise<void> {
  const { config, reporter, timeLeft, state } = run;
  await reportStart(run);

  await reporter.enter('features');
  const { features, cached } = await extractFeatures(run);
  state.spent.features += reporter.elapsed();
  if (!run.resumeFrom) state.featuresCached = cached;

  if (!state.stage1) {
    await reporter.enter('head');
    await trainHead(run, features);
    state.spent.head += reporter.elapsed();
    state.stage1 = await scoreHead(run, features);
    await reporter.emit({ type: 'measured', speeds: timeLeft.speeds() });
  }
  timeLeft.finish('head');

  if (config.epochs_stage2 > 0) {
    await reporter.enter('finetune');
    await fineTune(run, features);
    state.spent.finetune += reporter.elapsed();
  }
  timeLeft.finish('finetune');

  await reporter.enter('evaluation');
  const { metrics, confusion, probabilities } = await evaluate(run);
  await reporter.emit({ type: 'measured', speeds: timeLeft.speeds() });
  await reporter.emit({
    type: 'evaluated',
    metrics: { ...metrics, ...state.stage1 },
    timing: timingOf(run),
    confusion,
    classes: [...run.dataset.classes],
  });

  await reporter.enter('export');
  await exportResults(run, probabilities);
  await releaseModel(run);
  await deletePreviousCheckpoint(run.folder);
  await removePartialFiles(run.folder);
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
