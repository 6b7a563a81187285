import { type SQL, sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { LogFacts } from '@/lib/run/log-facts.ts';
import type { RunMetrics, TestIdentity, Timing } from '@/lib/run/metrics.ts';
import type { RunStatus } from '@/lib/run/status.ts';
import type { Speed } from '@/lib/work/estimate.ts';

const fromJson = (column: string, key: string): SQL => sql.raw(`${column} ->> '$.${key}'`);

/**
 * The current state of each run. Most columns are derived from its events and updated in the transaction that appends
 * them, so that listing runs reads no events. Times are Unix timestamps in ms.
 */
export const runs = sqliteTable(
  'runs',
  {
    /** The order in which runs were added; the queue runs them in this order. */
    number: integer('number').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    config: text('config', { mode: 'json' }).$type<TrainConfig>().notNull(),
    /** What an imported log says about its config, and what not; null for other runs. */
    logFacts: text('log_facts', { mode: 'json' }).$type<LogFacts>(),
    createdAt: integer('created_at').notNull(),
    /** The displayed name: the config's name, or one generated from its settings. */
    name: text('name').notNull().default(''),
    /** The run's JSON log, relative to the results folder. */
    logFile: text('log_file').notNull(),
    status: text('status').$type<RunStatus>().notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    engine: text('engine'),
    progress: text('progress', { mode: 'json' }).$type<RunEventOf<'progress'>>(),
    /** Plain validation accuracy, within 0…1: the final one; until then, that of the best epoch so far. */
    valAccuracy: real('val_accuracy'),
    metrics: text('metrics', { mode: 'json' }).$type<RunMetrics>(),
    timing: text('timing', { mode: 'json' }).$type<Timing>(),
    test: text('test', { mode: 'json' }).$type<TestIdentity>(),
    /** Peak resident memory of the trainer, in bytes. */
    peakMemory: integer('peak_memory'),
    error: text('error'),
    /** The id of the run, usually an imported one, that this run reproduces. */
    reproduces: text('reproduces'),
    /** True for a canceled run whose files must still be written, from the weights of its last completed epoch. */
    exportPending: integer('files_due', { mode: 'boolean' }).notNull().default(false),
    /** Idempotency key of the start request, so that a double click starts one run. */
    startKey: text('start_key').unique(),
    /** How many trainers were started for the run; events from earlier ones are dropped. */
    attempt: integer('attempt').notNull().default(0),
    /** How many attempts in a row completed no new epoch. */
    attemptsWithoutProgress: integer('fruitless').notNull().default(0),
    /** Shipped with the project: listed separately and excluded from the best runs. */
    isExample: integer('is_example', { mode: 'boolean' }).notNull().default(false),
    // Generated from the JSON columns, for sorting and filtering.
    nUnfreeze: integer('n_unfreeze').generatedAlwaysAs(fromJson('config', 'n_unfreeze')),
    optimizer: text('optimizer').generatedAlwaysAs(fromJson('config', 'optimizer')),
    dataset: text('dataset').generatedAlwaysAs(fromJson('config', 'dataset')),
    testAccuracy: real('test_accuracy').generatedAlwaysAs(fromJson('metrics', 'test_end2end')),
    testHash: text('test_hash').generatedAlwaysAs(fromJson('test', 'hash')),
    /** Training time: the sum of features, head and fine-tuning, as in the log. */
    seconds: real('seconds').generatedAlwaysAs(fromJson('timing', 'total')),
  },
  (table) => [
    index('runs_status').on(table.status),
    index('runs_created').on(table.createdAt, table.number),
    index('runs_best').on(table.testHash, table.valAccuracy),
  ],
);
export type RunRow = typeof runs.$inferSelect;

/**
 * A field of an event's JSON. The index below is on these expressions. A query uses it only if it contains the same SQL
 * text, with the key inlined and not passed as a parameter.
 */
export const eventField = (key: 'type' | 'stage' | 'epoch' | 'bestEpoch'): SQL => fromJson('event', key);

/** All events in order, except `progress`, which is not stored. The id is the cursor of the live stream. */
export const events = sqliteTable(
  'events',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    event: text('event', { mode: 'json' }).$type<RunEvent>().notNull(),
  },
  (table) => [
    index('events_run').on(table.runId, table.id),
    index('events_type').on(table.runId, eventField('type'), eventField('stage'), eventField('epoch')),
  ],
);

/** Log files in the results folder that do not belong to runs of this server, as they were when last read. */
export const imports = sqliteTable('imports', {
  /** Relative to the results folder. */
  file: text('file').primaryKey(),
  bytes: integer('bytes').notNull(),
  modifiedAt: real('modified_at').notNull(),
  /** The run created from the log; it may have been deleted since. */
  runId: text('run_id'),
  /** SHA-256 of the file, to detect copies and renamed files. */
  sha256: text('sha256'),
  /** Why no run was created, phrased to follow the file's name. */
  problem: text('problem'),
});

/** Speeds measured by probes, for kinds of configs that no run has had yet. */
export const probes = sqliteTable('probes', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  /** Engine and device that were measured; speeds do not apply to others. */
  engine: text('engine').notNull(),
  device: text('device').notNull(),
  /** 0 if the engine reports no number of threads. */
  threads: integer('threads').notNull(),
  speeds: text('speeds', { mode: 'json' }).$type<Speed[]>().notNull(),
});
