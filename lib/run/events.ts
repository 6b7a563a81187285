import { z } from 'zod';
import { engineVerdictsSchema } from '@/lib/config/engines.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { speedSchema } from '@/lib/work/estimate.ts';
import { confusionSchema, epochMetricsSchema, runMetricsSchema, testIdentitySchema, timingSchema } from './metrics.ts';
import { phaseSchema } from './phases.ts';

/** The messages between server and trainer over Node IPC. Parsed on both ends. */

/** The resources that the trainer's process uses, threads included. */
const usageSchema = z.object({
  /** Resident memory in bytes: now, and the most so far. */
  memory: z.number(),
  peakMemory: z.number(),
  /** Processor seconds per second since the last report: 2 is two cores fully busy. */
  cores: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;

/** Every event has the time of its sender's clock, in milliseconds since 1970. */
const at = { at: z.number() };
const stage = z.union([z.literal(1), z.literal(2)]);

const epochSchema = z.object({
  ...at,
  type: z.literal('epoch'),
  stage,
  /** From 1, within the stage. */
  epoch: z.number().int().positive(),
  epochs: z.number().int().positive(),
  metrics: epochMetricsSchema,
  /** Null where a log from elsewhere does not say. */
  seconds: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** The predicted class of each image of the wall, in base64 (lib/run/wall.ts). */
  wall: z.string().optional(),
});

/** Why a stage ended and which of its epochs (from 1) was restored. */
const stageEndedSchema = z.object({
  ...at,
  type: z.literal('stage-ended'),
  stage,
  bestEpoch: z.number().int().positive(),
  stoppedEarly: z.boolean(),
});

/** Trainer → server. Events of type `progress` are shown, not kept. */
export const runEventSchema = z.discriminatedUnion('type', [
  /** What computes, on how many threads, and from which files. */
  z.object({
    ...at,
    type: z.literal('started'),
    engine: z.string(),
    device: z.string(),
    threads: z.number().int().nullable(),
    /** If `auto` chose the engine: what was known about the others. */
    engines: engineVerdictsSchema.optional(),
    weightsFile: z.string(),
    test: testIdentitySchema,
    images: z.object({ train: z.number().int(), val: z.number().int(), test: z.number().int() }),
    /** In label order. */
    classes: z.array(z.string()).default([...cifar10Classes]),
    trainedKernels: z.number().int(),
    /** True classes of the validation images in `wall.png`; older runs have none. */
    wall: z.array(z.number().int()).optional(),
  }),
  /**
   * The run resumes after this epoch of this stage; epoch 0 means from the start. `told` holds the milestones that the
   * earlier process emitted, since the server may have missed the last ones; it is not stored.
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
    /** `frozen`: the outputs of the frozen layers for the training images, computed before the first epoch of stage 2. */
    part: z.literal('frozen').optional(),
    /** Images done and to do: in the epoch during training, in the phase or its part otherwise. */
    done: z.number(),
    total: z.number(),
    epoch: z.number().int().optional(),
    epochs: z.number().int().optional(),
    imagesPerSecond: z.number().nullable(),
    /** Seconds until the run ends if every epoch runs; null while nothing is known. */
    secondsLeft: z.number().nullable(),
    usage: usageSchema.optional(),
  }),
  epochSchema,
  stageEndedSchema,
  z.object({
    ...at,
    type: z.literal('evaluated'),
    metrics: runMetricsSchema,
    timing: timingSchema,
    confusion: confusionSchema,
    classes: z.array(z.string()),
  }),
  /** How fast the run has been so far, in what it computed itself. The last one counts. */
  z.object({ ...at, type: z.literal('measured'), speeds: z.array(speedSchema) }),
  /** Names in the cache folder: the features of this run's images, and of the mirror images that evaluation uses. */
  z.object({ ...at, type: z.literal('features-kept'), plain: z.array(z.string()), mirrored: z.array(z.string()) }),
  /**
   * The same for the cached activations of stage 2: those of the training images, if they are cached, and those of
   * validation and test images, plain and mirrored.
   */
  z.object({ ...at, type: z.literal('frozen-kept'), train: z.array(z.string()), evaluated: z.array(z.string()) }),
  /** Why checkpoints can no longer be written; null when they can again. */
  z.object({ ...at, type: z.literal('checkpoints'), problem: z.string().nullable() }),
  /** A file in the run's folder is complete. */
  z.object({ ...at, type: z.literal('exported'), file: z.string(), bytes: z.number().int() }),
  /** After a canceled run's end: its files are written, with the weights of this epoch; or why they could not be. */
  z.object({
    ...at,
    type: z.literal('files-ready'),
    stage,
    epoch: z.number().int().positive(),
  }),
  z.object({ ...at, type: z.literal('files-failed'), message: z.string() }),
  /** The first event of a run that was read from a log: the file's name, and the config as the log has it. */
  z.object({ ...at, type: z.literal('imported'), file: z.string(), config: z.record(z.string(), z.unknown()) }),
  /** The three ways to end. A trainer that exits without one of them has failed. */
  z.object({ ...at, type: z.literal('completed') }),
  z.object({ ...at, type: z.literal('canceled') }),
  z.object({ ...at, type: z.literal('failed'), code: z.string(), message: z.string(), lastLines: z.array(z.string()) }),
  /** From the server: the run's trainer or the server itself died, and why, as far as that is known. */
  z.object({ ...at, type: z.literal('interrupted'), message: z.string() }),
  /** From the server: the run is queued to resume; `further` extends stage 2 from one number of epochs to another. */
  z.object({
    ...at,
    type: z.literal('queued-again'),
    further: z.object({ from: z.number().int().nonnegative(), epochs: z.number().int().positive() }).optional(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

const endTypes = ['completed', 'canceled', 'failed', 'interrupted'] as const;

/** The events that end a run, or an attempt at it. */
export type EndEvent = RunEventOf<(typeof endTypes)[number]>;

export const isEndEvent = (event: RunEvent): event is EndEvent =>
  (endTypes as readonly RunEvent['type'][]).includes(event.type);

/** What every command for a run contains. */
const order = {
  runId: z.string(),
  config: trainConfigSchema,
  /** Where the run's log goes, absolute; by default `run_<id>.json` in the results folder. */
  logFile: z.string().optional(),
  /** Absolute folders; the trainer reads no environment of its own. */
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
    ...order,
    type: z.literal('start'),
    speeds: z.array(speedSchema).optional(),
    /** Resume from the checkpoint in the run's folder, if there is one; left out: begin. */
    resume: z
      .object({
        /** The last epoch of stage 2 when the run was extended: an early stop up to there does not count. */
        furtherFrom: z.number().int().nonnegative(),
      })
      .optional(),
    /** The number of this attempt at the run: once a later one has begun, this one may write nothing more. */
    attempt: z.number().int().positive().optional(),
  }),
  /** Trains nothing: writes the files of a canceled run from its last complete epoch. `events` are all recorded ones. */
  z.object({ ...order, type: z.literal('export'), events: z.array(runEventSchema) }),
  /** Trains and reads nothing: measures in about five seconds how fast a run with this config would be. */
  z.object({ type: z.literal('probe'), config: trainConfigSchema, cache: z.string(), cacheLimit: z.number() }),
  z.object({ type: z.literal('cancel') }),
]);
export type TrainerCommand = z.infer<typeof trainerCommandSchema>;
