import { z } from 'zod';
import { engineVerdictsSchema } from '@/lib/config/engines.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { speedSchema } from '@/lib/work/estimate.ts';
import { confusionSchema, epochMetricsSchema, runMetricsSchema, testIdentitySchema, timingSchema } from './metrics.ts';

/** What server and trainer say to each other over Node IPC. Parsed on both ends. */

export const phaseSchema = z.enum(['prepare', 'features', 'head', 'finetune', 'evaluation', 'export']);
export type Phase = z.infer<typeof phaseSchema>;

/** What the trainer's process takes of its machine, threads included. */
const usageSchema = z.object({
  /** Resident memory in bytes: now, and the most so far. */
  memory: z.number(),
  peakMemory: z.number(),
  /** Processor seconds a second since it was last told: 2 is two cores fully busy. */
  cores: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;

/** Of every event: the teller's clock in milliseconds since 1970. */
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
  /** What each image of the wall was taken for, in base64 (lib/run/wall.ts). */
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
  /** First word of a trainer: what computes, on how many threads, and from which files. */
  z.object({
    ...at,
    type: z.literal('started'),
    engine: z.string(),
    device: z.string(),
    threads: z.number().int().nullable(),
    /** What was known of the others, where `auto` chose. */
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
   * The run goes on where an earlier process came to: after this epoch of this stage; epoch 0 where it begins anew. `told`
   * is what that process told of its training, of which the server may have missed the last; it is not kept.
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
    /** `frozen`: of stage 2, before its first epoch, what the frozen layers hand over of the training images. */
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
  /** How fast the run has been so far, of what it computed itself. The last one counts. */
  z.object({ ...at, type: z.literal('measured'), speeds: z.array(speedSchema) }),
  /** Names in the cache folder: of the features of this run's images, and those of the mirror images that evaluation takes. */
  z.object({ ...at, type: z.literal('features-kept'), plain: z.array(z.string()), mirrored: z.array(z.string()) }),
  /**
   * The same of what the frozen part of stage 2 hands over: for the training images, where that is kept (else none), and
   * for validation and test images, plain and mirrored.
   */
  z.object({ ...at, type: z.literal('frozen-kept'), train: z.array(z.string()), evaluated: z.array(z.string()) }),
  /** Checkpoints cannot be written any more, and why; null when they can again. */
  z.object({ ...at, type: z.literal('checkpoints'), problem: z.string().nullable() }),
  /** A file in the run's folder is whole. */
  z.object({ ...at, type: z.literal('exported'), file: z.string(), bytes: z.number().int() }),
  /** Of a canceled run, after its end: its files are there, and whose epoch's weights they hold. Or why they are not. */
  z.object({
    ...at,
    type: z.literal('files-ready'),
    stage,
    epoch: z.number().int().positive(),
  }),
  z.object({ ...at, type: z.literal('files-failed'), message: z.string() }),
  /** First word of a run that was read from a log: its file's name, and the config as it stands there. */
  z.object({ ...at, type: z.literal('imported'), file: z.string(), config: z.record(z.string(), z.unknown()) }),
  /** The three ways to end. A trainer that leaves without one of them has failed. */
  z.object({ ...at, type: z.literal('completed') }),
  z.object({ ...at, type: z.literal('canceled') }),
  z.object({ ...at, type: z.literal('failed'), code: z.string(), message: z.string(), lastLines: z.array(z.string()) }),
  /** The server's own: the run's trainer or the server itself died, and why as far as that is known. */
  z.object({ ...at, type: z.literal('interrupted'), message: z.string() }),
  /** The server's own: the run waits in line to go on, with so many epochs in stage 2 where more were asked for. */
  z.object({
    ...at,
    type: z.literal('queued-again'),
    further: z.object({ from: z.number().int().nonnegative(), epochs: z.number().int().positive() }).optional(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What each command for a run says of it. */
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
    /** Go on from the checkpoint in the run's folder, where there is one; left out: begin. */
    resume: z
      .object({
        /** The last epoch of stage 2 when more were asked for: an early stop until there does not count. */
        furtherFrom: z.number().int().nonnegative(),
      })
      .optional(),
    /** Which attempt at the run this is: once a later one has begun, this one may write nothing more. */
    attempt: z.number().int().positive().optional(),
  }),
  /** Trains nothing: writes the files of a canceled run from its last whole epoch. `events` are all that were recorded. */
  z.object({ ...order, type: z.literal('export'), events: z.array(runEventSchema) }),
  /** Trains nothing, reads nothing: measures how fast a run with this config would be, in about five seconds. */
  z.object({ type: z.literal('probe'), config: trainConfigSchema, cache: z.string(), cacheLimit: z.number() }),
  z.object({ type: z.literal('cancel') }),
]);
export type TrainerCommand = z.infer<typeof trainerCommandSchema>;
