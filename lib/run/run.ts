import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import type { Confusion, RunMetrics, TestIdentity, Timing } from './metrics.ts';
import { isFinal, type RunStatus } from './status.ts';

/** A run as shown in the table. Times are Unix timestamps in ms; accuracies are within 0…1. */
export interface RunSummary {
  id: string;
  /** The order in which runs came to the server; what its colour follows from. */
  number: number;
  name: string;
  status: RunStatus;
  config: TrainConfig;
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
  /** The most resident memory that its trainer had, in bytes; null where nobody looked. */
  peakMemory: number | null;
  error: string | null;
  /** The id of the run that this one is to come out like. */
  reproduces: string | null;
  /** Canceled, and the files of its last whole epoch are still being prepared. */
  filesDue: boolean;
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

/** Everything the page of one run needs, read in one transaction: what came after `cursor` comes by stream. */
export interface RunDetail extends RunSummary {
  events: StoredEvent[];
  cursor: number;
  confusion: Confusion | null;
  classes: string[];
  files: { name: string; bytes: number }[];
  /** A state to go on from, or to train further from, was kept. */
  hasCheckpoint: boolean;
  /** The trainer's last lines on stdout and stderr. */
  logTail: string[];
}

/** Whether nothing more happens to a run by itself. */
export const isSettled = ({ status, filesDue }: Pick<RunSummary, 'status' | 'filesDue'>): boolean =>
  isFinal(status) && !filesDue;
