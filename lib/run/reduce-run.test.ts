import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { FinishScope, RunEvent, RunEventOf } from './events.ts';
import { eventsOf, isFinishedEarly, isFinishing, reduceRun, stageEnds } from './reduce-run.ts';
import type { RunDetail, StoredEvent } from './run.ts';

const queued: RunDetail = {
  id: 'r',
  number: 1,
  name: 'frozen',
  status: 'queued',
  config: trainConfigSchema.parse({}),
  createdAt: 1,
  startedAt: null,
  finishedAt: null,
  engine: null,
  queuePosition: 1,
  progress: null,
  valAccuracy: null,
  metrics: null,
  timing: null,
  test: null,
  peakMemory: null,
  error: null,
  reproduces: null,
  events: [],
  cursor: 0,
  confusion: null,
  classes: [],
  files: [],
  hasCheckpoint: false,
  logTail: [],
  exportPending: false,
  attemptsWithoutProgress: 0,
  logFacts: null,
  isExample: false,
};
const stored = (...events: RunEvent[]): StoredEvent[] =>
  events.map((event, index) => ({ id: 11 + index, runId: 'r', event }));
const applyAll = (run: RunDetail, events: StoredEvent[]) => events.reduce(reduceRun, run);

const phase = (name: RunEventOf<'phase'>['phase']): RunEvent => ({ at: 2, type: 'phase', phase: name });
const epoch = (stage: 1 | 2, number: number, val_accuracy: number): RunEvent => ({
  at: 3,
  type: 'epoch',
  stage,
  epoch: number,
  epochs: 3,
  seconds: 1,
  imagesPerSecond: 100,
  metrics: { accuracy: 0.5, loss: 1, val_accuracy, val_loss: 1, learning_rate: 1e-3 },
});
const progress = (name: RunEventOf<'progress'>['phase'], done: number, peakMemory = 0): StoredEvent => ({
  id: 0,
  runId: 'r',
  event: {
    at: 4,
    type: 'progress',
    phase: name,
    done,
    total: 100,
    imagesPerSecond: 10,
    secondsLeft: 9,
    usage: { memory: 1, peakMemory, cores: 1 },
  },
});
const failed: RunEvent = { at: 9, type: 'failed', code: 'stopped', message: 'It stopped.', lastLines: ['last'] };

describe('reduceRun', () => {
  const events = stored(
    phase('features'),
    phase('head'),
    epoch(1, 1, 0.6),
    epoch(1, 2, 0.5),
    phase('finetune'),
    epoch(2, 1, 0.55),
  );
  const complete = applyAll(queued, events);

  it('reaches the same state if events repeat after a reconnect', () => {
    const part = applyAll(queued, events.slice(0, 4));
    expect(applyAll(applyAll(part, events.slice(1, 5)), events)).toEqual(complete);
    expect(eventsOf(complete, 'epoch').map((each) => [each.stage, each.epoch])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
    expect(complete).toMatchObject({
      cursor: 16,
      status: 'running',
      queuePosition: null,
      startedAt: 2,
      valAccuracy: 0.6,
    });
  });

  it('keeps the latest progress, also when the phase changes', () => {
    const run = applyAll(complete, [progress('finetune', 10, 7), progress('finetune', 20, 5)]);
    expect(run.progress?.done).toBe(20);
    expect(run.cursor).toBe(16);
    expect(run.events).toBe(complete.events);
    expect(run.peakMemory).toBe(7);
    expect(reduceRun(run, { id: 17, runId: 'r', event: phase('evaluation') }).progress?.done).toBe(20);
  });

  it('has the error of a failed run, and no progress after the end', () => {
    const run = applyAll(complete, [{ id: 17, runId: 'r', event: failed }, progress('finetune', 30)]);
    expect(run).toMatchObject({ status: 'failed', error: 'It stopped.', logTail: ['last'], finishedAt: 9 });
    expect(run.progress).toBeNull();
  });

  it('expects files of a canceled run that completed an epoch', () => {
    const canceled: RunEvent = { at: 5, type: 'canceled' };
    const run = applyAll(complete, [
      { id: 17, runId: 'r', event: canceled },
      { id: 18, runId: 'r', event: { at: 6, type: 'exported', file: 'cifar10.h5', bytes: 3 } },
    ]);
    expect(run).toMatchObject({ status: 'canceled', finishedAt: 5, exportPending: true });
    expect(run.files).toEqual([{ name: 'cifar10.h5', bytes: 3 }]);
    const ready: RunEvent = { at: 7, type: 'files-ready', stage: 2, epoch: 1 };
    expect(reduceRun(run, { id: 19, runId: 'r', event: ready })).toMatchObject({
      status: 'canceled',
      exportPending: false,
    });
    const failed: RunEvent = { at: 7, type: 'files-failed', message: 'No room.' };
    expect(reduceRun(run, { id: 19, runId: 'r', event: failed })).toMatchObject({
      exportPending: false,
      error: 'No room.',
    });
    expect(reduceRun(queued, { id: 17, runId: 'r', event: canceled }).exportPending).toBe(false);
  });

  it('does not mutate its argument', () => {
    const before = structuredClone(queued);
    applyAll(queued, events);
    expect(queued).toEqual(before);
  });
});

describe('stageEnds', () => {
  const ended = (stage: 1 | 2, bestEpoch: number): RunEvent => ({
    at: 3,
    type: 'stage-ended',
    stage,
    bestEpoch,
    stoppedEarly: false,
  });
  const first = [epoch(1, 1, 0.5), epoch(1, 2, 0.6), ended(1, 2), epoch(2, 1, 0.7), ended(2, 1)];
  const ends = (...events: RunEvent[]) =>
    stageEnds({ events: stored(...events) }).map(({ stage, bestEpoch, epochs }) => [stage, bestEpoch, epochs]);

  it('returns an entry for each ended stage', () => {
    expect(ends(...first.slice(0, 2))).toEqual([]);
    expect(ends(...first)).toEqual([
      [1, 2, 2],
      [2, 1, 1],
    ]);
  });

  it('returns the last end of stage 2 if the run was extended', () => {
    const extended = [...first, epoch(2, 2, 0.8), epoch(2, 3, 0.75)];
    expect(ends(...extended)).toEqual(ends(...first));
    expect(ends(...extended, ended(2, 2))).toEqual([
      [1, 2, 2],
      [2, 2, 3],
    ]);
  });
});

describe('a run that the user finishes early', () => {
  const requested = (scope: FinishScope): RunEvent => ({ at: 5, type: 'finish-requested', scope });
  const queuedAgain: RunEvent = { at: 6, type: 'queued-again' };
  const finished: RunEvent = { at: 7, type: 'finished-early' };
  const completed: RunEvent = { at: 8, type: 'completed' };

  it('is finishing until it is queued to train again', () => {
    expect(isFinishing([epoch(1, 1, 0.5)])).toBe(false);
    expect(isFinishing([requested('training')])).toBe(true);
    expect(isFinishing([requested('stage1')])).toBe(false);
    expect(isFinishing([requested('training'), requested('stage1')])).toBe(true);
    expect(isFinishing([requested('training'), queuedAgain])).toBe(false);
    expect(isFinishing([queuedAgain, { ...queuedAgain, finish: true }])).toBe(true);
  });

  it('is marked until it is trained further', () => {
    const run = applyAll(queued, stored(epoch(1, 1, 0.5), requested('training'), finished, completed));
    expect([run.status, isFinishedEarly(run)]).toEqual(['completed', true]);
    const further = [queuedAgain, epoch(2, 1, 0.6), completed].map((event, index) => ({
      id: 31 + index,
      runId: 'r',
      event,
    }));
    expect(isFinishedEarly(applyAll(run, further))).toBe(false);
  });
});
