import { z } from 'zod';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';
import { backbones } from '@/lib/network/backbones.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import {
  confusionMatrixSchema,
  type EpochMetrics,
  runMetricsSchema,
  testIdentitySchema,
  timingSchema,
} from './metrics.ts';

/**
 * The log of a run, `results/run_<id>.json`, in the original script's format, so that its dashboard can read it. Additions
 * use new keys, which it ignores. This is the format we write; imported logs vary more.
 */

const numbers = z.array(z.number().nullable());
const curveSchema = z.object({
  accuracy: numbers,
  loss: numbers,
  val_accuracy: numbers,
  val_loss: numbers,
  learning_rate: numbers,
});

/** Fields common to the logs of completed and canceled runs. */
const trainedSchema = z.object({
  config: trainConfigSchema.omit({ augment: true }).extend({
    base_model: z.string(),
    img_size: z.number().int(),
    /** The original script wrote this flag, unlike others, as Python prints it. */
    augment: z.enum(['True', 'False']),
    run_id: z.string(),
  }),
  curves: z.object({ stage1: curveSchema, stage2: curveSchema }),
  classes: z.array(z.string()),
  test: testIdentitySchema,
  images: z.object({ train: z.number().int(), val: z.number().int(), test: z.number().int() }),
  engine: z.object({
    name: z.string(),
    device: z.string(),
    threads: z.number().int().nullable(),
    weights_file: z.string(),
  }),
  /** The epoch of each stage, from 1, whose weights were restored; null if the stage did not finish. */
  best_epoch: z.object({ stage1: z.number().int().nullable(), stage2: z.number().int().nullable() }),
  finished_at: z.iso.datetime(),
});

export const resultsLogSchema = trainedSchema.extend({
  metrics: runMetricsSchema,
  timing_sec: timingSchema,
  /** Only if the user ended training before its last epoch. */
  finished_early: z.literal(true).optional(),
  /** With test-time augmentation, as in the original's newer logs. */
  confusion_matrix: confusionMatrixSchema.nullable(),
  confusion_matrix_plain: confusionMatrixSchema.nullable(),
});
export type ResultsLog = z.infer<typeof resultsLogSchema>;

/** The log of a canceled run. It was not evaluated, so the original's metrics are null and there is no matrix. */
export const canceledLogSchema = trainedSchema.extend({
  status: z.literal('canceled'),
  metrics: z.object({ val_end2end: z.null(), test_end2end: z.null() }),
  timing_sec: z.object({ feature_extract: z.null(), top_train: z.null(), end2end: z.null(), total: z.null() }),
  /** The epoch whose weights the model files contain. */
  model_of: z.object({ stage: z.number().int(), epoch: z.number().int() }),
});
export type CanceledLog = z.infer<typeof canceledLogSchema>;

interface TrainedRun {
  runId: string;
  config: TrainConfig;
  events: readonly RunEvent[];
}

/**
 * Builds the log of an evaluated run.
 * @param run with the events from `started` to at least `evaluated`
 * @throws Error if either event is missing, because the run then has no results
 */
export function buildResultsLog(run: TrainedRun): ResultsLog {
  const evaluated = run.events.findLast((event) => event.type === 'evaluated');
  if (!evaluated) throw new Error(`Run ${run.runId} has no results to log: it was not evaluated.`);
  const { metrics, timing, confusion, at } = evaluated;
  return {
    ...trainedPart(run, at),
    metrics,
    timing_sec: timing,
    ...(run.events.some((event) => event.type === 'finished-early') && { finished_early: true }),
    confusion_matrix: confusion.tta,
    confusion_matrix_plain: confusion.plain,
  };
}

/**
 * Builds the log of a canceled run: its config and curves.
 * @param run with the events from `started` to `canceled`
 * @param model_of the epoch whose weights were exported
 * @throws Error if either event is missing
 */
export function buildCanceledLog(run: TrainedRun, model_of: CanceledLog['model_of']): CanceledLog {
  const canceled = run.events.findLast((event) => event.type === 'canceled');
  if (!canceled) throw new Error(`Run ${run.runId} was not canceled.`);
  return {
    ...trainedPart(run, canceled.at),
    status: 'canceled',
    metrics: { val_end2end: null, test_end2end: null },
    timing_sec: { feature_extract: null, top_train: null, end2end: null, total: null },
    model_of,
  };
}

function trainedPart({ runId, config, events }: TrainedRun, endedAt: number): z.infer<typeof trainedSchema> {
  const started = events.find((event) => event.type === 'started');
  if (!started) throw new Error(`Run ${runId} has no results to log: it did not start.`);
  const { augment, ...flags } = config;
  return {
    config: {
      base_model: backbones[config.backbone].baseModel,
      img_size: config.image_size,
      ...flags,
      augment: augment ? 'True' : 'False',
      run_id: runId,
    },
    curves: { stage1: curve(events, 1), stage2: curve(events, 2) },
    classes: started.classes,
    test: started.test,
    images: started.images,
    engine: {
      name: started.engine,
      device: started.device,
      threads: started.threads,
      weights_file: started.weightsFile,
    },
    best_epoch: { stage1: bestEpoch(events, 1), stage2: bestEpoch(events, 2) },
    finished_at: new Date(endedAt).toISOString(),
  };
}

/** A stage's epochs as in Keras' `History`: one list per metric. */
function curve(events: readonly RunEvent[], stage: 1 | 2): ResultsLog['curves']['stage1'] {
  const epochs = events.filter(
    (event): event is RunEventOf<'epoch'> => event.type === 'epoch' && event.stage === stage,
  );
  const list = (name: keyof EpochMetrics) => epochs.map((epoch) => epoch.metrics[name]);
  return {
    accuracy: list('accuracy'),
    loss: list('loss'),
    val_accuracy: list('val_accuracy'),
    val_loss: list('val_loss'),
    learning_rate: list('learning_rate'),
  };
}

const bestEpoch = (events: readonly RunEvent[], stage: 1 | 2): number | null =>
  events.findLast((event): event is RunEventOf<'stage-ended'> => event.type === 'stage-ended' && event.stage === stage)
    ?.bestEpoch ?? null;
