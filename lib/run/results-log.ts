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
 * The log of a run, `results/run_<id>.json`, in the original script's format: its dashboard reads ours unchanged. What we
 * add stands under names that it does not know. Imported logs vary more than this; this is what we write.
 */

const figures = z.array(z.number().nullable());
const curveSchema = z.object({
  accuracy: figures,
  loss: figures,
  val_accuracy: figures,
  val_loss: figures,
  learning_rate: figures,
});

/** What is known of every run that has trained. */
const trainedSchema = z.object({
  config: trainConfigSchema.omit({ augment: true }).extend({
    base_model: z.string(),
    img_size: z.number().int(),
    /** The original wrote this one flag as Python prints it. */
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
  /** The epoch of each stage, from 1, whose weights were kept; null where the stage did not end. */
  best_epoch: z.object({ stage1: z.number().int().nullable(), stage2: z.number().int().nullable() }),
  finished_at: z.iso.datetime(),
});

export const resultsLogSchema = trainedSchema.extend({
  metrics: runMetricsSchema,
  timing_sec: timingSchema,
  /** With test-time augmentation, as in the original's newer logs. */
  confusion_matrix: confusionMatrixSchema.nullable(),
  confusion_matrix_plain: confusionMatrixSchema.nullable(),
});
export type ResultsLog = z.infer<typeof resultsLogSchema>;

/** Of a canceled run: nothing was evaluated, so the original's names stand there without figures, and there is no matrix. */
export const canceledLogSchema = trainedSchema.extend({
  status: z.literal('canceled'),
  metrics: z.object({ val_end2end: z.null(), test_end2end: z.null() }),
  timing_sec: z.object({ feature_extract: z.null(), top_train: z.null(), end2end: z.null(), total: z.null() }),
  /** Whose weights its model files hold. */
  model_of: z.object({ stage: z.number().int(), epoch: z.number().int() }),
});
export type CanceledLog = z.infer<typeof canceledLogSchema>;

interface Told {
  runId: string;
  config: TrainConfig;
  events: readonly RunEvent[];
}

/**
 * Builds the log from what a run told.
 * @param told with events from `started` to at least `evaluated`
 * @throws Error where one of the two is missing: such a run has no results
 */
export function buildResultsLog(told: Told): ResultsLog {
  const evaluated = told.events.findLast((event) => event.type === 'evaluated');
  if (!evaluated) throw new Error(`Run ${told.runId} has no results to log: it was not evaluated.`);
  const { metrics, timing, confusion, at } = evaluated;
  return {
    ...trainedPart(told, at),
    metrics,
    timing_sec: timing,
    confusion_matrix: confusion.tta,
    confusion_matrix_plain: confusion.plain,
  };
}

/**
 * Builds the log of a canceled run: its config and its curves so far.
 * @param told with events from `started` to `canceled`
 * @throws Error where one of the two is missing
 */
export function buildCanceledLog(told: Told, model_of: CanceledLog['model_of']): CanceledLog {
  const canceled = told.events.findLast((event) => event.type === 'canceled');
  if (!canceled) throw new Error(`Run ${told.runId} was not canceled.`);
  return {
    ...trainedPart(told, canceled.at),
    status: 'canceled',
    metrics: { val_end2end: null, test_end2end: null },
    timing_sec: { feature_extract: null, top_train: null, end2end: null, total: null },
    model_of,
  };
}

function trainedPart({ runId, config, events }: Told, endedAt: number): z.infer<typeof trainedSchema> {
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

/** A stage's epochs as Keras' `History` has them: a list a figure. */
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
