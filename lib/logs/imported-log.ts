import { z } from 'zod';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { cifar10Classes, maxClasses } from '@/lib/data/classes.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import {
  type Confusion,
  type ConfusionMatrix,
  type RunMetrics,
  type TestIdentity,
  type Timing,
  testIdentitySchema,
  timingKeyOf,
} from '@/lib/run/metrics.ts';
import { phaseOfStage } from '@/lib/run/phases.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import { readImportedConfig } from './imported-config.ts';
import { parseLenientJson } from './lenient-json.ts';

/**
 * Imports logs of the original script, whose format varies, and our own logs from other machines. A log is converted to
 * the config and the events of a run, so that it is displayed like any other run; values it does not contain are null.
 */

/** Upper bound, because each epoch becomes an event. */
const maxEpochs = 10_000;

const fraction = z.number().min(0).max(1).nullish();
const number = z.number().nullish();
const numbers = z.array(z.number().nullable()).max(maxEpochs, `more than ${maxEpochs} epochs`).nullish();
const curveSchema = z
  .object({ accuracy: numbers, loss: numbers, val_accuracy: numbers, val_loss: numbers, learning_rate: numbers })
  .nullish();

const logSchema = z.object({
  config: z.record(z.string(), z.unknown()).nullish(),
  metrics: z
    .object({
      val_end2end: fraction,
      test_end2end: fraction,
      val_tta: fraction,
      test_tta: fraction,
      val_stage1: fraction,
      test_stage1: fraction,
      val_loss: number,
      test_loss: number,
    })
    .nullish(),
  curves: z.object({ stage1: curveSchema, stage2: curveSchema }).nullish(),
  timing_sec: z
    .object({
      feature_extract: number,
      top_train: number,
      end2end: number,
      total: number,
      evaluation: number,
      features_cached: z.boolean().nullish(),
    })
    .nullish(),
  confusion_matrix: z.unknown().optional(),
  confusion_matrix_plain: z.unknown().optional(),
  // Only our own logs contain the following; anything else under these names is ignored.
  classes: z.array(z.string().max(100)).nullish().catch(null),
  test: testIdentitySchema.nullish().catch(null),
  images: z.object({ train: z.number(), val: z.number(), test: z.number() }).nullish().catch(null),
  engine: z
    .object({ name: z.string(), device: z.string(), threads: z.number().nullable(), weights_file: z.string() })
    .nullish()
    .catch(null),
  best_epoch: z
    .object({ stage1: z.number().int().positive().nullable(), stage2: z.number().int().positive().nullable() })
    .nullish()
    .catch(null),
  finished_at: z.iso.datetime().nullish().catch(null),
});
type Log = z.infer<typeof logSchema>;
type Curve = NonNullable<z.infer<typeof curveSchema>>;

export interface ImportedLog {
  /** The run id contained in our own logs; null for others. */
  runId: string | null;
  config: TrainConfig;
  /** `imported` first, then the events that a trainer would have emitted. */
  events: RunEvent[];
  test: TestIdentity;
}

/** Logs without a test set identity share this one, because the original script only supported CIFAR-10. */
const unknownTest = { hash: 'unknown', name: 'unknown (imported)' } as const;

/**
 * Reads a log.
 * @param file the file's name without folder; used as the run name if the log contains none
 * @param at timestamp of the events if the log has no date, Unix ms
 * @throws Error whose message continues the file's name: "is empty", "has an invalid config: …"
 */
export function readImportedLog(text: string, file: string, at: number): ImportedLog {
  const { data: log, error } = logSchema.safeParse(parseLenientJson(text));
  if (error) throw new Error(describe(error));
  if (!log.config && !log.metrics && !log.curves) {
    throw new Error('is not a run log: it has no config, metrics or curves');
  }
  const raw = log.config ?? {};
  const moment = log.finished_at ? Date.parse(log.finished_at) : at;
  const config = readImportedConfig(raw, file.replace(/\.json$/i, ''));
  const confusion = readConfusion(log);
  const matrix = confusion.plain ?? confusion.tta;
  const test = log.test ?? { ...unknownTest, images: matrix?.flat().reduce((sum, count) => sum + count, 0) || 10_000 };
  const runId = typeof raw.run_id === 'string' && isRunId(raw.run_id) ? raw.run_id : null;
  const events: RunEvent[] = [
    { type: 'imported', at: moment, file, config: raw },
    ...startOf(log, config, test, moment),
    ...epochsOf(log, 1, moment),
    ...epochsOf(log, 2, moment),
    ...evaluationOf(log, confusion, moment),
  ];
  return { runId, config, events, test };
}

function describe({ issues: [issue] }: z.ZodError): string {
  const { path, message } = issue!;
  // Shortens zod's `Invalid input: expected …` and `Too big: expected …`.
  const reason = message.replace(/^[\w ]+: (?=expected )/, '');
  return path.length === 0 ? `is not a run log: ${reason}` : `has an invalid value for ${path.join('.')}: ${reason}`;
}

/** The `started` event; only our own logs contain the engine and the image counts. */
function startOf({ engine, images, classes }: Log, config: TrainConfig, test: TestIdentity, at: number): RunEvent[] {
  if (!engine || !images) return [];
  const { name, device, threads, weights_file: weightsFile } = engine;
  const trainedKernels = trainedConvolutions(networkOf(config), config.n_unfreeze).length;
  return [
    {
      type: 'started',
      at,
      engine: name,
      device,
      threads,
      weightsFile,
      test,
      images,
      trainedKernels,
      classes: classes ?? [...cifar10Classes],
    },
  ];
}

/** A stage's epochs, as many as its longest curve has; shorter curves are padded with null. */
function epochsOf(log: Log, stage: 1 | 2, at: number): RunEvent[] {
  const curve: Curve = log.curves?.[`stage${stage}`] ?? {};
  const count = Math.max(0, ...Object.values(curve).map((list) => list?.length ?? 0));
  const total = log.timing_sec?.[timingKeyOf[phaseOfStage(stage)]];
  const epochs = Array.from({ length: count }, (_, index): RunEventOf<'epoch'> => {
    const value = (name: keyof Curve) => curve[name]?.[index] ?? null;
    return {
      type: 'epoch',
      at,
      stage,
      epoch: index + 1,
      epochs: count,
      metrics: {
        accuracy: value('accuracy'),
        loss: value('loss'),
        val_accuracy: value('val_accuracy'),
        val_loss: value('val_loss'),
        learning_rate: value('learning_rate'),
      },
      // Logs contain only the time of a complete stage, so each epoch gets the mean.
      seconds: total == null ? null : total / count,
      imagesPerSecond: null,
    };
  });
  const bestEpoch = log.best_epoch?.[`stage${stage}`];
  if (!bestEpoch) return epochs;
  return [...epochs, { type: 'stage-ended', at, stage, bestEpoch, stoppedEarly: false }];
}

/** The `evaluated` event; none if the log has no evaluation results, as for a canceled run. */
function evaluationOf({ metrics, timing_sec, classes }: Log, confusion: Confusion, at: number): RunEvent[] {
  const matrix = confusion.plain ?? confusion.tta;
  const found = metrics ?? {};
  if (!matrix && Object.values(found).every((value) => value == null)) return [];
  const all: RunMetrics = {
    val_end2end: found.val_end2end ?? null,
    test_end2end: found.test_end2end ?? null,
    val_tta: found.val_tta ?? null,
    test_tta: found.test_tta ?? (confusion.tta && diagonalShare(confusion.tta)),
    val_stage1: found.val_stage1 ?? null,
    test_stage1: found.test_stage1 ?? null,
    val_loss: found.val_loss ?? null,
    test_loss: found.test_loss ?? null,
  };
  const size = matrix?.length ?? cifar10Classes.length;
  const names = [classes ?? [], cifar10Classes, Array.from({ length: size }, (_, label) => `class ${label}`)];
  return [
    {
      type: 'evaluated',
      at,
      metrics: all,
      timing: readTiming(timing_sec ?? {}),
      confusion,
      classes: [...names.find((each) => each.length === size)!],
    },
  ];
}

function readTiming(log: NonNullable<Log['timing_sec']>): Timing {
  const { feature_extract = null, top_train = null, end2end = null, evaluation = null } = log;
  const isComplete = feature_extract !== null && top_train !== null && end2end !== null;
  const total = log.total ?? (isComplete ? feature_extract + top_train + end2end : null);
  return { feature_extract, top_train, end2end, total, evaluation, features_cached: log.features_cached ?? false };
}

/**
 * Reads the confusion matrices of a log. Under the same key, older logs of the original script contain the plain test's
 * matrix, newer ones the matrix with test-time augmentation. It is plain if its diagonal yields the plain accuracy.
 */
function readConfusion(log: Log): Confusion {
  const matrix = readMatrix(log.confusion_matrix);
  const plain = readMatrix(log.confusion_matrix_plain);
  if (plain || !matrix) return { plain, tta: matrix };
  const isPlain = Math.abs(diagonalShare(matrix) - (log.metrics?.test_end2end ?? Number.NaN)) < 5e-5;
  return isPlain ? { plain: matrix, tta: null } : { plain: null, tta: matrix };
}

const count = z.number().int().nonnegative();
const rowsSchema = z.array(z.array(count)).min(2).max(maxClasses);
/** A list of rows, or NumPy's shape and data, flat or in rows. */
const matrixSchema = z.union([
  rowsSchema,
  z.object({
    shape: z.tuple([z.int().min(2).max(maxClasses), z.int().min(2).max(maxClasses)]),
    data: z.array(count),
  }),
  z.object({ data: rowsSchema }),
]);

function readMatrix(value: unknown): ConfusionMatrix | null {
  if (value === undefined || value === null) return null;
  const { data } = matrixSchema.safeParse(value);
  if (!data) throw new Error('has an invalid confusion matrix: it must consist of rows of counts');
  const rows = Array.isArray(data) ? data : 'shape' in data ? toRows(data.data, data.shape[1]) : data.data;
  if (rows.some((row) => row.length !== rows.length)) throw new Error('has a confusion matrix that is not square');
  return rows;
}

const toRows = (flat: number[], width: number): ConfusionMatrix =>
  Array.from({ length: Math.ceil(flat.length / width) }, (_, row) => flat.slice(row * width, (row + 1) * width));
