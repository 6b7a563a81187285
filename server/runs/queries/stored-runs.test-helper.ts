import { events, runs } from '@/drizzle/schema.ts';
import { runName, type TrainConfigField, type TrainConfigInput } from '@/lib/config/train-config.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import type { RunStatus } from '@/lib/run/status.ts';
import type { Context } from '@/server/context.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';

export const official: TestIdentity = { hash: 'a', name: 'CIFAR-10, official', images: 100 };
export const copy: TestIdentity = { hash: 'b', name: 'CIFAR-10, JPEG copy', images: 100 };

interface GivenRun {
  config?: TrainConfigInput;
  /** The fields that an imported log does not contain; omitted for other runs. */
  unknown?: TrainConfigField[];
  /** The validation accuracy of an evaluated run; omitted for runs that were not evaluated. */
  val?: number | null;
  seconds?: number | null;
  test?: TestIdentity;
  isExample?: boolean;
  engine?: string;
  status?: RunStatus;
  events?: RunEvent[];
}

/** Opens services on a database with runs named a, b, c … (then r26, r27 …), created in this order. */
export function openWithRuns(...given: GivenRun[]): Context {
  const services = openServices();
  for (const [index, run] of given.entries()) addRun(services, index, run);
  return services;
}

function addRun({ db }: Context, index: number, given: GivenRun): void {
  const { config = {}, val, seconds = 10, test = official, isExample = false, engine } = given;
  const id = index < 26 ? String.fromCharCode(97 + index) : `r${index}`;
  const completeConfig = testConfig({ name: id, ...config });
  const { metrics, timing } = evaluationOf(val ?? null, seconds);
  const isEvaluated = val !== undefined;
  db.insert(runs)
    .values({
      id,
      name: runName(completeConfig),
      config: completeConfig,
      logFacts: given.unknown ? { unknown: given.unknown, unusable: {}, other: {}, notes: [] } : null,
      createdAt: index,
      logFile: `${id}.json`,
      isExample,
      engine,
      status: given.status ?? (isEvaluated ? 'completed' : 'failed'),
      valAccuracy: val ?? null,
      metrics: isEvaluated ? metrics : null,
      timing: isEvaluated ? timing : null,
      test: isEvaluated ? test : null,
    })
    .run();
  for (const event of given.events ?? []) db.insert(events).values({ runId: id, event }).run();
}

/** An `evaluated` event with this validation accuracy and a test accuracy 0.01 below it. */
export const evaluationOf = (val: number | null, seconds: number | null = 10): RunEventOf<'evaluated'> => ({
  type: 'evaluated',
  at: 9,
  metrics: {
    val_end2end: val,
    test_end2end: val === null ? null : val - 0.01,
    val_tta: null,
    test_tta: null,
    val_stage1: null,
    test_stage1: null,
    val_loss: null,
    test_loss: null,
  },
  timing: { feature_extract: 1, top_train: 1, end2end: 1, total: seconds, evaluation: null, features_cached: false },
  confusion: { plain: [[9, 1]], tta: null },
  classes: ['cat', 'dog'],
});

export const epochOf = (epoch: number, val_accuracy: number | null, stage: 1 | 2 = 1): RunEventOf<'epoch'> => ({
  type: 'epoch',
  at: epoch,
  stage,
  epoch,
  epochs: 9,
  metrics: { accuracy: 0.5, loss: 1, val_accuracy, val_loss: 1, learning_rate: 1e-9 },
  seconds: 1,
  imagesPerSecond: 100,
});
