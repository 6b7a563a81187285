import { z } from 'zod';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { cifar10Classes, mostClasses } from '@/lib/data/classes.ts';
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
} from '@/lib/run/metrics.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import { readForeignConfig } from './foreign-config.ts';
import { parseLenientJson } from './lenient-json.ts';

/**
 * Logs from elsewhere: those of the original script, which vary, and our own from another machine. What a log holds
 * becomes the config and the events of a run, so that it is shown as any run is; what it does not say is null.
 */

/** More epochs than anybody trains; each becomes an event. */
const mostEpochs = 10_000;

const share = z.number().min(0).max(1).nullish();
const figure = z.number().nullish();
const figures = z.array(z.number().nullable()).max(mostEpochs, `has more than ${mostEpochs} epochs`).nullish();
const curveSchema = z
  .object({ accuracy: figures, loss: figures, val_accuracy: figures, val_loss: figures, learning_rate: figures })
  .nullish();

const logSchema = z.object({
  config: z.record(z.string(), z.unknown()).nullish(),
  metrics: z
    .object({
      val_end2end: share,
      test_end2end: share,
      val_tta: share,
      test_tta: share,
      val_stage1: share,
      test_stage1: share,
      val_loss: figure,
      test_loss: figure,
    })
    .nullish(),
  curves: z.object({ stage1: curveSchema, stage2: curveSchema }).nullish(),
  timing_sec: z
    .object({
      feature_extract: figure,
      top_train: figure,
      end2end: figure,
      total: figure,
      evaluation: figure,
      features_cached: z.boolean().nullish(),
    })
    .nullish(),
  confusion_matrix: z.unknown().optional(),
  confusion_matrix_plain: z.unknown().optional(),
  // Only our own logs have what follows; where it is something else, it is left out.
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

export interface ForeignLog {
  /** The id that our own logs carry; null in others. */
  runId: string | null;
  config: TrainConfig;
  /** `imported` first, then what a trainer would have told. */
  events: RunEvent[];
  test: TestIdentity;
}

/** Imported accuracies of unknown images count as tested on the same ones: the original knew only CIFAR-10's. */
const unknownTest = { hash: 'unknown', name: 'unknown (imported)' } as const;

/**
 * Reads a log.
 * @param file its name, for those that name no run, without folder
 * @param at what its events are dated with where it has no date, in milliseconds since 1970
 * @throws Error in words that follow the file's name: "is empty", "has a config that …"
 */
export function readForeignLog(text: string, file: string, at: number): ForeignLog {
  const { data: log, error } = logSchema.safeParse(parseLenientJson(text));
  if (error) throw new Error(describe(error));
  if (!log.config && !log.metrics && !log.curves) {
    throw new Error('is no log of a run: it has neither config nor metrics nor curves');
  }
  const raw = log.config ?? {};
  const moment = log.finished_at ? Date.parse(log.finished_at) : at;
  const config = readForeignConfig(raw, file.replace(/\.json$/i, ''));
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
  const words = message.replace(/^Invalid input: /, 'must be otherwise: ');
  return path.length === 0 ? `is no log of a run: ${words}` : `has a wrong value: ${path.join('.')} ${words}`;
}

/** Our own logs say what computed and on how many images. */
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

/** A stage's epochs, as many as its longest curve has; shorter ones end in gaps. */
function epochsOf(log: Log, stage: 1 | 2, at: number): RunEvent[] {
  const curve: Curve = log.curves?.[`stage${stage}`] ?? {};
  const count = Math.max(0, ...Object.values(curve).map((list) => list?.length ?? 0));
  const total = stage === 1 ? log.timing_sec?.top_train : log.timing_sec?.end2end;
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
      // A log knows how long a stage took, not each of its epochs: their mean.
      seconds: total == null ? null : total / count,
      imagesPerSecond: null,
    };
  });
  const bestEpoch = log.best_epoch?.[`stage${stage}`];
  if (!bestEpoch) return epochs;
  return [...epochs, { type: 'stage-ended', at, stage, bestEpoch, stoppedEarly: false }];
}

/** Nothing where the log has no figure of an evaluation: a canceled run's. */
function evaluationOf({ metrics, timing_sec, classes }: Log, confusion: Confusion, at: number): RunEvent[] {
  const matrix = confusion.plain ?? confusion.tta;
  const known = metrics ?? {};
  if (!matrix && Object.values(known).every((value) => value == null)) return [];
  const ttaOfMatrix = confusion.tta && diagonalShare(confusion.tta);
  const all: RunMetrics = {
    val_end2end: known.val_end2end ?? null,
    test_end2end: known.test_end2end ?? null,
    val_tta: known.val_tta ?? null,
    test_tta: known.test_tta ?? ttaOfMatrix,
    val_stage1: known.val_stage1 ?? null,
    test_stage1: known.test_stage1 ?? null,
    val_loss: known.val_loss ?? null,
    test_loss: known.test_loss ?? null,
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
  const isWhole = feature_extract !== null && top_train !== null && end2end !== null;
  const total = log.total ?? (isWhole ? feature_extract + top_train + end2end : null);
  const features_cached = log.features_cached ?? false;
  return { feature_extract, top_train, end2end, total, evaluation, features_cached };
}

/**
 * The matrices of a log. The original's older logs have the plain test's, the newer ones that with test-time
 * augmentation, under one name: it is the plain one if its diagonal gives the plain accuracy.
 */
function readConfusion(log: Log): Confusion {
  const matrix = readMatrix(log.confusion_matrix);
  const plain = readMatrix(log.confusion_matrix_plain);
  if (plain || !matrix) return { plain, tta: matrix };
  const isPlain = Math.abs(diagonalShare(matrix) - (log.metrics?.test_end2end ?? Number.NaN)) < 5e-5;
  return isPlain ? { plain: matrix, tta: null } : { plain: null, tta: matrix };
}

const count = z.number().int().nonnegative();
const rowsSchema = z.array(z.array(count)).min(2).max(mostClasses);
/** A list of rows; or NumPy's shape and data, in one list or in rows. */
const matrixSchema = z.union([
  rowsSchema,
  z.object({
    shape: z.tuple([z.int().min(2).max(mostClasses), z.int().min(2).max(mostClasses)]),
    data: z.array(count),
  }),
  z.object({ data: rowsSchema }),
]);

function readMatrix(value: unknown): ConfusionMatrix | null {
  if (value === undefined || value === null) return null;
  const { data } = matrixSchema.safeParse(value);
  if (!data) throw new Error('has a confusion matrix that is not made of whole rows of counts');
  const rows = Array.isArray(data) ? data : 'shape' in data ? inRows(data.data, data.shape[1]) : data.data;
  if (rows.some((row) => row.length !== rows.length)) throw new Error('has a confusion matrix that is not square');
  return rows;
}

const inRows = (flat: number[], width: number): ConfusionMatrix =>
  Array.from({ length: Math.ceil(flat.length / width) }, (_, row) => flat.slice(row * width, (row + 1) * width));
