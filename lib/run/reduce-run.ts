import type { RunEvent, RunEventOf } from './events.ts';
import type { RunDetail, StoredEvent } from './run.ts';
import { isFinal } from './status.ts';

/** What the page of a run shows: the run as it was read, and what its events have said since. */
export type LiveRun = RunDetail;

/**
 * Takes one event in. Events carry ids: one that was already seen changes nothing, so a reconnect that repeats some
 * leaves no trace.
 */
export function reduceRun(run: LiveRun, { id, event }: StoredEvent): LiveRun {
  // The last one may arrive after the end.
  if (event.type === 'progress') {
    if (isFinal(run.status)) return run;
    const peak = Math.max(run.peakMemory ?? 0, event.usage?.peakMemory ?? 0);
    return { ...run, progress: event, peakMemory: peak || null };
  }
  if (id <= run.cursor) return run;
  return { ...apply(run, event), events: [...run.events, { id, runId: run.id, event }], cursor: id };
}

function apply(run: LiveRun, event: RunEvent): LiveRun {
  switch (event.type) {
    case 'started':
      return {
        ...run,
        status: 'running',
        startedAt: run.startedAt ?? event.at,
        queuePosition: null,
        engine: event.engine,
        test: event.test,
      };
    case 'phase':
      return { ...run, status: 'running', startedAt: run.startedAt ?? event.at, queuePosition: null };
    case 'epoch': {
      const accuracy = event.metrics.val_accuracy;
      return accuracy === null ? run : { ...run, valAccuracy: Math.max(run.valAccuracy ?? 0, accuracy) };
    }
    case 'evaluated':
      return {
        ...run,
        metrics: event.metrics,
        timing: event.timing,
        confusion: event.confusion,
        classes: event.classes,
        valAccuracy: event.metrics.val_end2end,
      };
    case 'exported':
      return {
        ...run,
        files: [...run.files.filter(({ name }) => name !== event.file), { name: event.file, bytes: event.bytes }],
      };
    case 'completed':
      return { ...run, status: 'completed', finishedAt: event.at, progress: null, queuePosition: null };
    case 'canceled':
      return {
        ...run,
        status: 'canceled',
        finishedAt: event.at,
        progress: null,
        queuePosition: null,
        filesDue: run.valAccuracy !== null,
      };
    case 'files-ready':
      return { ...run, filesDue: false };
    case 'files-failed':
      return { ...run, filesDue: false, error: event.message };
    case 'failed':
      return {
        ...run,
        status: 'failed',
        finishedAt: event.at,
        progress: null,
        queuePosition: null,
        error: event.message,
        logTail: event.lastLines.length > 0 ? event.lastLines : run.logTail,
      };
    case 'interrupted':
      return { ...run, status: 'interrupted', finishedAt: event.at, progress: null, error: event.message };
    case 'queued-again':
      return {
        ...run,
        status: 'queued',
        finishedAt: null,
        progress: null,
        error: null,
        filesDue: false,
        config: event.further ? { ...run.config, epochs_stage2: event.further.epochs } : run.config,
      };
    case 'progress':
    case 'resumed':
    case 'measured':
    case 'imported':
    case 'features-kept':
    case 'frozen-kept':
    case 'checkpoints':
    case 'stage-ended':
      return run;
  }
}

const ofType =
  <T extends RunEvent['type']>(type: T) =>
  (event: RunEvent): event is RunEventOf<T> =>
    event.type === type;

/** All events of a type, oldest first. */
export const eventsOf = <T extends RunEvent['type']>(run: Pick<LiveRun, 'events'>, type: T): RunEventOf<T>[] =>
  run.events.map(({ event }) => event).filter(ofType(type));

/** How each stage ended: which epoch it kept, of how many until then. Of a run that trained further the last end counts. */
export function stageEnds(run: Pick<LiveRun, 'events'>): (RunEventOf<'stage-ended'> & { epochs: number })[] {
  const told = run.events.map(({ event }) => event);
  return ([1, 2] as const).flatMap((stage) => {
    const ended = told.filter(ofType('stage-ended')).findLast((event) => event.stage === stage);
    if (!ended) return [];
    const before = told.slice(0, told.indexOf(ended)).filter(ofType('epoch'));
    return [{ ...ended, epochs: before.filter((epoch) => epoch.stage === stage).length }];
  });
}
