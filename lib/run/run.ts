import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import type { LogFacts } from './log-facts.ts';
import type { Confusion, RunMetrics, TestIdentity, Timing } from './metrics.ts';
import { isFinal, type RunStatus } from './status.ts';

/** A run as shown in the table. Times are Unix timestamps in ms; accuracies are within 0…1. */
export interface RunSummary {
  id: string;
  /** The order in which runs were added; its colour follows from it. */
  number: number;
  name: string;
  status: RunStatus;
  config: TrainConfig;
  /** What an imported log says about its config, and what not; null for other runs. */
  logFacts: LogFacts | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  engine: string | null;
  /** 1 for the next to run; null unless queued. */
  queuePosition: number | null;
  /** The last `progress` event; null unless running. */
  progress: RunEventOf<'progress'> | null;
  /** Validation accuracy without TTA: the final one, or the best epoch's so far. */
  valAccuracy: number | null;
  metrics: RunMetrics | null;
  timing: Timing | null;
  test: TestIdentity | null;
  /** Peak resident memory of its trainer, in bytes; null if unknown. */
  peakMemory: number | null;
  error: string | null;
  /** The id of the run that this one should reproduce. */
  reproduces: string | null;
  /** Canceled, and the files of its last complete epoch are still to be written. */
  exportPending: boolean;
  /** How many attempts in a row reached no new epoch. */
  attemptsWithoutProgress: number;
  /** Shipped with the project: shown apart, and in nobody's best. */
  isExample: boolean;
}

/** One page of a list of runs, and the length of the list. */
export interface RunsPage {
  runs: RunSummary[];
  total: number;
}

/** Seconds between two Unix timestamps in ms; 0 if the clock was set back in between. */
export const secondsBetween = (from: number, to: number): number => Math.max(0, to - from) / 1000;

/** An event with its position in the stream: `id` is the cursor, or 0 for a `progress` event, which is not stored. */
export interface StoredEvent {
  id: number;
  runId: string;
  event: RunEvent;
}

/** Everything the page of one run needs, read in one transaction: events after `cursor` come by stream. */
export interface RunDetail extends RunSummary {
  events: StoredEvent[];
  cursor: number;
  confusion: Confusion | null;
  classes: string[];
  files: { name: string; bytes: number }[];
  /** Whether it kept a checkpoint to resume or extend it from. */
  hasCheckpoint: boolean;
  /** The trainer's last lines on stdout and stderr. */
  logTail: string[];
}

/** Whether a run stays as it is unless somebody acts on it. */
export const isSettled = ({ status, exportPending }: Pick<RunSummary, 'status' | 'exportPending'>): boolean =>
  isFinal(status) && !exportPending;
