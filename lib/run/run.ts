import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import type { LogFacts } from './log-facts.ts';
import type { Confusion, RunMetrics, TestIdentity, Timing } from './metrics.ts';
import { isFinal, type RunStatus } from './status.ts';

/** A run as shown in the table. Times are Unix timestamps in ms; accuracies are within 0…1. */
export interface RunSummary {
  id: string;
  /** Counts up in the order in which runs were added; determines the run's colour. */
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
  /** 1 for the next run to start; null unless queued. */
  queuePosition: number | null;
  /** The last `progress` event; null unless running. */
  progress: RunEventOf<'progress'> | null;
  /** Plain validation accuracy: the final one; until then, that of the best epoch so far. */
  valAccuracy: number | null;
  metrics: RunMetrics | null;
  timing: Timing | null;
  test: TestIdentity | null;
  /** Peak resident memory of the trainer, in bytes; null if unknown. */
  peakMemory: number | null;
  error: string | null;
  /** The id of the run that this run reproduces. */
  reproduces: string | null;
  /** True for a canceled run whose files must still be written, from its last completed epoch. */
  exportPending: boolean;
  /** How many attempts in a row completed no new epoch. */
  attemptsWithoutProgress: number;
  /** Shipped with the project: listed separately and excluded from the best runs. */
  isExample: boolean;
}

/** One page of a list of runs, and the length of the complete list. */
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

/** Everything a run's page needs, read in one transaction. Events after `cursor` arrive by stream. */
export interface RunDetail extends RunSummary {
  events: StoredEvent[];
  cursor: number;
  confusion: Confusion | null;
  classes: string[];
  files: { name: string; bytes: number }[];
  /** Whether there is a checkpoint to resume or extend the run from. */
  hasCheckpoint: boolean;
  /** The last lines of the trainer's stdout and stderr. */
  logTail: string[];
}

/** Whether a run changes no more unless the user resumes, extends or deletes it. */
export const isSettled = ({ status, exportPending }: Pick<RunSummary, 'status' | 'exportPending'>): boolean =>
  isFinal(status) && !exportPending;
