import { z } from 'zod';
import { engineVerdictsSchema } from '@/lib/config/engines.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { speedSchema } from '@/lib/work/estimate.ts';
import { logFactsSchema } from './log-facts.ts';
import { confusionSchema, epochMetricsSchema, runMetricsSchema, testIdentitySchema, timingSchema } from './metrics.ts';
import { phases } from './phases.ts';

const phaseSchema = z.enum(phases);

/** The messages between server and trainer over Node IPC. Both ends parse them. */

/** Resource usage of the trainer's process, including its threads. */
const usageSchema = z.object({
  /** Resident memory in bytes: current and peak. */
  memory: z.number(),
  peakMemory: z.number(),
  /** CPU seconds per second since the last report: 2 means two fully used cores. */
  cores: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;

/** Sender timestamp, Unix ms. */
const at = { at: z.number() };
const stage = z.union([z.literal(1), z.literal(2)]);

/** The training that a user ends early: stage 1 only, or both stages. */
export const finishScopeSchema = z.enum(['stage1', 'training']);
export type FinishScope = z.infer<typeof finishScopeSchema>;

const epochSchema = z.object({
  ...at,
  type: z.literal('epoch'),
  stage,
  /** Counts from 1 within the stage. */
  epoch: z.number().int().positive(),
  epochs: z.number().int().positive(),
  metrics: epochMetricsSchema,
  /** Null if unknown, as in some imported logs. */
  seconds: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** The sample predictions after this epoch, base64 (lib/run/sample-predictions.ts). */
  wall: z.string().optional(),
});

/** Whether a stage stopped early and which of its epochs (from 1) was restored. */
const stageEndedSchema = z.object({
  ...at,
  type: z.literal('stage-ended'),
  stage,
  bestEpoch: z.number().int().positive(),
  stoppedEarly: z.boolean(),
  /** True if the user ended the stage before its last epoch. */
  finishedEarly: z.boolean().optional(),
});

/** Trainer → server. `progress` events are streamed but not stored. */
export const runEventSchema = z.discriminatedUnion('type', [
  /** Engine, data and weights of this attempt. */
  z.object({
    ...at,
    type: z.literal('started'),
    engine: z.string(),
    device: z.string(),
    threads: z.number().int().nullable(),
    /** The checks of all engines, if `auto` selected one. */
    engines: engineVerdictsSchema.optional(),
    weightsFile: z.string(),
    test: testIdentitySchema,
    images: z.object({ train: z.number().int(), val: z.number().int(), test: z.number().int() }),
    /** In label order. */
    classes: z.array(z.string()).default([...cifar10Classes]),
    trainedKernels: z.number().int(),
    /** True classes of the sample images in `wall.png`; missing in older runs. */
    wall: z.array(z.number().int()).optional(),
  }),
  /**
   * The run resumes after this epoch of this stage; epoch 0 means from the start. `told` repeats the milestones that
   * earlier attempts emitted, because the server may have missed the last ones; it is not stored.
   */
  z.object({
    ...at,
    type: z.literal('resumed'),
    stage,
    epoch: z.number().int().nonnegative(),
    told: z.array(z.discriminatedUnion('type', [epochSchema, stageEndedSchema])).optional(),
  }),
  z.object({ ...at, type: z.literal('phase'), phase: phaseSchema, note: z.string().optional() }),
  z.object({
    ...at,
    type: z.literal('progress'),
    phase: phaseSchema,
    /** `frozen`: computing the frozen layers' outputs for the training images, before the first epoch of stage 2. */
    part: z.literal('frozen').optional(),
    /** Images processed, and their total: of the epoch during training, of the phase or its part otherwise. */
    done: z.number(),
    total: z.number(),
    epoch: z.number().int().optional(),
    epochs: z.number().int().optional(),
    imagesPerSecond: z.number().nullable(),
    /** Estimated seconds until the run ends, without early stopping; null until there is an estimate. */
    secondsLeft: z.number().nullable(),
    usage: usageSchema.optional(),
  }),
  epochSchema,
  stageEndedSchema,
  /** The user ended training; evaluation and export of the best epoch follow. */
  z.object({ ...at, type: z.literal('finished-early') }),
  z.object({
    ...at,
    type: z.literal('evaluated'),
    metrics: runMetricsSchema,
    timing: timingSchema,
    confusion: confusionSchema,
    classes: z.array(z.string()),
  }),
  /** The speed of each kind of pass so far, cached results excluded. Each event replaces the previous one. */
  z.object({ ...at, type: z.literal('measured'), speeds: z.array(speedSchema) }),
  /** Names of files in the cache folder: this run's features, and those of the mirror images that evaluation uses. */
  z.object({ ...at, type: z.literal('features-kept'), plain: z.array(z.string()), mirrored: z.array(z.string()) }),
  /**
   * Names of files in the cache folder: the activations for stage 2 of the training images, if cached, and those of the
   * validation and test images, plain and mirrored.
   */
  z.object({ ...at, type: z.literal('frozen-kept'), train: z.array(z.string()), evaluated: z.array(z.string()) }),
  /** Why checkpoints cannot be written; null once they can be again. */
  z.object({ ...at, type: z.literal('checkpoints'), problem: z.string().nullable() }),
  /** A file in the run's folder was written completely. */
  z.object({ ...at, type: z.literal('exported'), file: z.string(), bytes: z.number().int() }),
  /** After a run was canceled: its files were written, with the weights of this epoch, or why that failed. */
  z.object({
    ...at,
    type: z.literal('files-ready'),
    stage,
    epoch: z.number().int().positive(),
  }),
  z.object({ ...at, type: z.literal('files-failed'), message: z.string() }),
  /**
   * The first event of an imported run: the log's file name, its config as found in the log, and how far it determines the
   * run's; events of older versions lack the last.
   */
  z.object({
    ...at,
    type: z.literal('imported'),
    file: z.string(),
    config: z.record(z.string(), z.unknown()),
    facts: logFactsSchema.optional(),
  }),
  /** How a run ends. A trainer that exits without sending one of these three has failed. */
  z.object({ ...at, type: z.literal('completed') }),
  z.object({ ...at, type: z.literal('canceled') }),
  z.object({ ...at, type: z.literal('failed'), code: z.string(), message: z.string(), lastLines: z.array(z.string()) }),
  /** From the server: the trainer or the server itself died; the message gives the reason, if known. */
  z.object({ ...at, type: z.literal('interrupted'), message: z.string() }),
  /** From the server: the user asks the trainer to end stage 1 or all training early. */
  z.object({ ...at, type: z.literal('finish-requested'), scope: finishScopeSchema }),
  /**
   * From the server: the run is queued to resume. `further` extends stage 2 from one number of epochs to another; `finish`
   * trains no further and only evaluates and exports.
   */
  z.object({
    ...at,
    type: z.literal('queued-again'),
    finish: z.literal(true).optional(),
    further: z.object({ from: z.number().int().nonnegative(), epochs: z.number().int().positive() }).optional(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** The fields of every command for a run. */
const runFields = {
  runId: z.string(),
  config: trainConfigSchema,
  /** Absolute path of the run's log; by default `run_<id>.json` in the results folder. */
  logFile: z.string().optional(),
  /** Absolute paths, because the trainer does not read environment variables; the limit is in bytes. */
  paths: z.object({
    data: z.string(),
    results: z.string(),
    datasets: z.string(),
    cache: z.string(),
    cacheLimit: z.number(),
  }),
};

/** Server → trainer. The first is `start`, `export` or `probe`. */
export const trainerCommandSchema = z.discriminatedUnion('type', [
  z.object({
    ...runFields,
    type: z.literal('start'),
    speeds: z.array(speedSchema).optional(),
    /** If set, resumes from the checkpoint in the run's folder, if there is one. */
    resume: z
      .object({
        /** The last stage 2 epoch before the run was extended; early stopping up to this epoch is ignored. */
        furtherFrom: z.number().int().nonnegative(),
      })
      .optional(),
    /** Ends training after the last completed epoch, or after the first one if there is none. */
    finish: z.boolean().optional(),
    /** The number of this attempt, which must not write any more once a later one has started. */
    attempt: z.number().int().positive().optional(),
  }),
  /** Writes the files of a canceled run from its last completed epoch. `events` are all its recorded events. */
  z.object({ ...runFields, type: z.literal('export'), events: z.array(runEventSchema) }),
  /** Measures in about five seconds how fast a run with this config would be. Uses random data and writes no results. */
  z.object({ type: z.literal('probe'), config: trainConfigSchema, cache: z.string(), cacheLimit: z.number() }),
  z.object({ type: z.literal('cancel') }),
  /** Ends training after the current step; ignored once training is over. Stage 1 trains at least one epoch. */
  z.object({ type: z.literal('finish'), scope: finishScopeSchema }),
]);
export type TrainerCommand = z.infer<typeof trainerCommandSchema>;
