import { type EndEvent, isEndEvent } from './end-event.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import type { RunDetail, RunSummary, StoredEvent } from './run.ts';

/** The fields of a run that events update, in the database and on a page. */
export type RunState = Pick<
  RunSummary,
  | 'status'
  | 'config'
  | 'logFacts'
  | 'startedAt'
  | 'finishedAt'
  | 'engine'
  | 'progress'
  | 'valAccuracy'
  | 'metrics'
  | 'timing'
  | 'test'
  | 'peakMemory'
  | 'error'
  | 'exportPending'
  | 'attemptsWithoutProgress'
>;

/** The events of an imported log. */
const logEvents: readonly RunEvent['type'][] = ['imported', 'started', 'epoch', 'stage-ended', 'evaluated'];
const exportEvents: readonly RunEvent['type'][] = ['exported', 'files-ready', 'files-failed'];
/** Events that a queued or running run never accepts. */
const eventsAfterEnd: readonly RunEvent['type'][] = ['queued-again', 'imported', 'files-ready', 'files-failed'];

/**
 * Whether a run in this state accepts an event. An ended run does not change until it is queued again. A queued run
 * accepts all trainer events, because a page is not notified when a run leaves the queue.
 */
export function acceptsEvent({ status, exportPending }: RunState, { type }: RunEvent): boolean {
  switch (status) {
    case 'queued':
    case 'running':
      return !eventsAfterEnd.includes(type);
    case 'interrupted':
      return type === 'queued-again' || type === 'failed';
    case 'canceled':
      return type === 'queued-again' || (exportPending && exportEvents.includes(type));
    case 'completed':
    case 'failed':
      return type === 'queued-again';
    case 'imported':
      return logEvents.includes(type);
  }
}

/** State changes when a trainer picks up a queued run. @param at Unix ms */
export const startAttempt = (run: RunState, at: number): Partial<RunState> => ({
  status: 'running',
  startedAt: at,
  finishedAt: null,
  error: null,
  attemptsWithoutProgress: run.attemptsWithoutProgress + 1,
});

/** The changes that an accepted event makes to a run. */
export function changesBy(run: RunState, event: RunEvent): Partial<RunState> {
  if (isEndEvent(event)) return changesByEnd(run, event);
  return { ...startIfQueued(run, event), ...changesByProgress(run, event) };
}

/** The first event of an attempt implies its start, which a page may not have seen. */
function startIfQueued(run: RunState, { at }: RunEvent): Partial<RunState> {
  if (run.status === 'queued') return startAttempt(run, at);
  return run.status === 'running' && run.startedAt === null ? { startedAt: at } : {};
}

function changesByEnd(run: RunState, event: EndEvent): Partial<RunState> {
  const end = { status: event.type, finishedAt: event.at, progress: null };
  switch (event.type) {
    case 'completed':
      return end;
    case 'canceled':
      return { ...end, exportPending: run.valAccuracy !== null };
    case 'failed':
    case 'interrupted':
      return { ...end, error: event.message };
  }
}

function changesByProgress(run: RunState, event: Exclude<RunEvent, EndEvent>): Partial<RunState> {
  switch (event.type) {
    case 'started':
      return { engine: event.engine, test: event.test };
    case 'progress':
      return { progress: event, peakMemory: Math.max(run.peakMemory ?? 0, event.usage?.peakMemory ?? 0) || null };
    case 'epoch':
      return { valAccuracy: larger(run.valAccuracy, event.metrics.val_accuracy), attemptsWithoutProgress: 0 };
    case 'evaluated':
      return {
        metrics: event.metrics,
        timing: event.timing,
        valAccuracy: event.metrics.val_end2end ?? run.valAccuracy,
      };
    case 'files-ready':
      return { exportPending: false };
    case 'files-failed':
      return { exportPending: false, error: event.message };
    case 'queued-again': {
      const epochs = event.further?.epochs ?? run.config.epochs_stage2;
      return {
        status: 'queued',
        finishedAt: null,
        progress: null,
        error: null,
        exportPending: false,
        config: { ...run.config, epochs_stage2: epochs },
      };
    }
    case 'imported':
      return { logFacts: event.facts ?? null, engine: null, metrics: null, timing: null, valAccuracy: null };
    case 'phase':
    case 'resumed':
    case 'stage-ended':
    case 'measured':
    case 'features-kept':
    case 'frozen-kept':
    case 'checkpoints':
    case 'exported':
    case 'finish-requested':
    case 'finished-early':
      return {};
  }
}

const larger = (a: number | null, b: number | null): number | null => (a === null || (b !== null && b > a) ? b : a);

/** An epoch or the end of a stage. It is recorded once, even if a resumed trainer emits it again. */
export interface Milestone {
  type: 'epoch' | 'stage-ended';
  stage: 1 | 2;
  epoch: number;
}

/** @returns null for an event that may occur repeatedly */
export function milestoneOf(event: RunEvent): Milestone | null {
  if (event.type === 'epoch') return { type: event.type, stage: event.stage, epoch: event.epoch };
  if (event.type === 'stage-ended') return { type: event.type, stage: event.stage, epoch: event.bestEpoch };
  return null;
}

/** Applies an event to a run in a list. Returns the same object if the event is not accepted. */
export function reduceSummary<T extends RunSummary>(run: T, event: RunEvent): T {
  if (!acceptsEvent(run, event)) return run;
  const next = { ...run, ...changesBy(run, event) };
  return { ...next, queuePosition: next.status === 'queued' ? run.queuePosition : null };
}

/**
 * Applies an event to the state of a run's page. Events whose id was already seen are ignored, so a reconnect can safely replay some.
 */
export function reduceRun(run: RunDetail, { id, event }: StoredEvent): RunDetail {
  // `progress` has no id and is not listed.
  if (event.type === 'progress') return reduceSummary(run, event);
  if (id <= run.cursor) return run;
  if (!acceptsEvent(run, event) || isRepeated(run, event)) return { ...run, cursor: id };
  const next = { ...reduceSummary(run, event), ...detailsBy(run, event), cursor: id };
  // Importing a log again replaces the earlier events.
  const before = event.type === 'imported' ? [] : run.events;
  return { ...next, events: [...before, { id, runId: run.id, event }] };
}

function isRepeated(run: RunDetail, event: RunEvent): boolean {
  const milestone = milestoneOf(event);
  if (!milestone) return false;
  return run.events.some((stored) => {
    const known = milestoneOf(stored.event);
    return known?.type === milestone.type && known.stage === milestone.stage && known.epoch === milestone.epoch;
  });
}

/** The changes to fields that only a run's page has. */
function detailsBy(run: RunDetail, event: RunEvent): Partial<RunDetail> {
  switch (event.type) {
    case 'evaluated':
      return { confusion: event.confusion, classes: event.classes };
    case 'exported': {
      const others = run.files.filter(({ name }) => name !== event.file);
      return { files: [...others, { name: event.file, bytes: event.bytes }] };
    }
    case 'failed':
      return event.lastLines.length > 0 ? { logTail: event.lastLines } : {};
    case 'imported':
      return { confusion: null, classes: [] };
    default:
      return {};
  }
}

const ofType =
  <T extends RunEvent['type']>(type: T) =>
  (event: RunEvent): event is RunEventOf<T> =>
    event.type === type;

/** All events of a type, oldest first. */
export const eventsOf = <T extends RunEvent['type']>(run: Pick<RunDetail, 'events'>, type: T): RunEventOf<T>[] =>
  run.events.map(({ event }) => event).filter(ofType(type));

/** Whether the user has asked to end training, so a started or resumed run skips to evaluation. */
export function isFinishing(events: readonly RunEvent[]): boolean {
  const states = events.flatMap((event) => {
    if (event.type === 'queued-again') return [event.finish === true];
    return event.type === 'finish-requested' && event.scope === 'training' ? [true] : [];
  });
  return states.at(-1) ?? false;
}

/** Whether a completed run was trained for fewer epochs than configured, because the user ended training. */
export function isFinishedEarly(run: Pick<RunDetail, 'status' | 'events'>): boolean {
  const types = run.events.map(({ event }) => event.type);
  return run.status === 'completed' && types.lastIndexOf('finished-early') > types.lastIndexOf('queued-again');
}

/** How each stage ended: the epoch whose weights were restored and how many epochs had been trained. For an extended run, only the most recent end counts. */
export function stageEnds(run: Pick<RunDetail, 'events'>): (RunEventOf<'stage-ended'> & { epochs: number })[] {
  const events = run.events.map(({ event }) => event);
  return ([1, 2] as const).flatMap((stage) => {
    const ended = events.filter(ofType('stage-ended')).findLast((event) => event.stage === stage);
    if (!ended) return [];
    const before = events.slice(0, events.indexOf(ended)).filter(ofType('epoch'));
    return [{ ...ended, epochs: before.filter((epoch) => epoch.stage === stage).length }];
  });
}
