import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Speed } from '../lib/estimate.ts';
import type { RunMetrics, TestIdentity, Timing } from '../lib/metrics.ts';
import type { RunEvent, RunEventOf } from '../lib/run-events.ts';
import type { RunStatus } from '../lib/run-status.ts';
import type { TrainConfig } from '../lib/train-config.ts';

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
    createdAt: integer('created_at').notNull(),
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
    /** The most memory that its trainer had, in bytes. */
    peakMemory: integer('peak_memory'),
    error: text('error'),
    /** A canceled run with a whole epoch: its files are still to be written from that epoch's weights. */
    filesDue: integer('files_due', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [index('runs_status').on(table.status)],
);
export type RunRow = typeof runs.$inferSelect;

/** What trainers told, in order and for ever; `progress` is not kept. The id is the cursor of the live stream. */
export const events = sqliteTable(
  'events',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    event: text('event', { mode: 'json' }).$type<RunEvent>().notNull(),
  },
  (table) => [index('events_run').on(table.runId, table.id)],
);

/** What probes have measured, for configs of a kind that no run had yet. */
export const probes = sqliteTable('probes', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  /** What computed: a speed says nothing of another machine. */
  engine: text('engine').notNull(),
  device: text('device').notNull(),
  threads: integer('threads').notNull(),
  speeds: text('speeds', { mode: 'json' }).$type<Speed[]>().notNull(),
});
