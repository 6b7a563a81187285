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
 * A run as it stands now. All but the first columns follow from its events and are kept up in the transaction that
 * appends them, so that the table of runs needs no event. Times are milliseconds since 1970.
 */
export const runs = sqliteTable(
  'runs',
  {
    /** The order in which runs came to the server, which is the queue's. */
    number: integer('number').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    config: text('config', { mode: 'json' }).$type<TrainConfig>().notNull(),
    /** What an imported log says about its config, and what not; null for other runs. */
    logFacts: text('log_facts', { mode: 'json' }).$type<LogFacts>(),
    createdAt: integer('created_at').notNull(),
    /** The name to show: its config's name, otherwise what it trains. */
    name: text('name').notNull().default(''),
    /** The run's JSON log, relative to the results folder. */
    logFile: text('log_file').notNull(),
    status: text('status').$type<RunStatus>().notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    engine: text('engine'),
    progress: text('progress', { mode: 'json' }).$type<RunEventOf<'progress'>>(),
    /** The final plain validation accuracy, until then the best epoch's so far; within 0…1. */
    valAccuracy: real('val_accuracy'),
    metrics: text('metrics', { mode: 'json' }).$type<RunMetrics>(),
    timing: text('timing', { mode: 'json' }).$type<Timing>(),
    test: text('test', { mode: 'json' }).$type<TestIdentity>(),
    /** Peak resident memory of its trainer, in bytes. */
    peakMemory: integer('peak_memory'),
    error: text('error'),
    /** The id of the run, usually an imported one, that this one should reproduce. */
    reproduces: text('reproduces'),
    /** A canceled run with a complete epoch: its files are still to be written from that epoch's weights. */
    exportPending: integer('files_due', { mode: 'boolean' }).notNull().default(false),
    /** Identifies one act of starting it, so that a second click starts no second run. */
    startKey: text('start_key').unique(),
    /** How often a trainer was started on it; events of an earlier one are dropped. */
    attempt: integer('attempt').notNull().default(0),
    /** How many attempts in a row reached no new epoch. */
    attemptsWithoutProgress: integer('fruitless').notNull().default(0),
    /** Shipped with the project: shown apart, and in nobody's best. */
    isExample: integer('is_example', { mode: 'boolean' }).notNull().default(false),
    // What the table sorts and filters by, drawn from the JSON beside it.
    nUnfreeze: integer('n_unfreeze').generatedAlwaysAs(fromJson('config', 'n_unfreeze')),
    optimizer: text('optimizer').generatedAlwaysAs(fromJson('config', 'optimizer')),
    dataset: text('dataset').generatedAlwaysAs(fromJson('config', 'dataset')),
    testAccuracy: real('test_accuracy').generatedAlwaysAs(fromJson('metrics', 'test_end2end')),
    testHash: text('test_hash').generatedAlwaysAs(fromJson('test', 'hash')),
    /** What the log sums up: features, head and fine-tuning. */
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
 * A field of an event's JSON. The index below is on these very expressions: a query uses it only if it has the same ones,
 * as SQL text and not as a parameter.
 */
export const eventField = (key: 'type' | 'stage' | 'epoch' | 'bestEpoch'): SQL => fromJson('event', key);

/** Every event of every run in order; `progress` is not stored. The id is the cursor of the live stream. */
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

/** Logs in the results folder that are not those of our own runs, as they were when they were read. */
export const imports = sqliteTable('imports', {
  /** Relative to the results folder. */
  file: text('file').primaryKey(),
  bytes: integer('bytes').notNull(),
  modifiedAt: real('modified_at').notNull(),
  /** The run that the log became; it may have been deleted since. */
  runId: text('run_id'),
  /** SHA-256 of the log's text, so that the same log under another name is no other run. */
  sha256: text('sha256'),
  /** Why it became none, in words. */
  problem: text('problem'),
});

/** What probes have measured, for configs of a kind that no run had yet. */
export const probes = sqliteTable('probes', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  /** What computed: a speed says nothing of another machine. */
  engine: text('engine').notNull(),
  device: text('device').notNull(),
  /** 0 where that is not the engine's to say. */
  threads: integer('threads').notNull(),
  speeds: text('speeds', { mode: 'json' }).$type<Speed[]>().notNull(),
});
