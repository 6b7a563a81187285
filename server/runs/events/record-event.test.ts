import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { events, runs } from '@/drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { type RunState, reduceRun, startAttempt } from '@/lib/run/reduce-run.ts';
import type { RunDetail, StoredEvent } from '@/lib/run/run.ts';
import type { Context } from '@/server/context.ts';
import { findRow, readEvents, readRun } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { milestoneQuery, recordEvent } from './record-event.ts';

const runId = 'a';

function addRun({ db }: Context, status: 'queued' | 'running' = 'queued'): void {
  const config = testConfig({ epochs_stage2: 3 });
  db.insert(runs).values({ id: runId, config, createdAt: 0, logFile: 'run_a.json', status }).run();
}

function openWithRun(status: 'queued' | 'running' = 'queued'): Context {
  const services = openServices();
  addRun(services, status);
  return services;
}

const started: RunEvent = {
  type: 'started',
  at: 2,
  engine: 'cpu',
  device: 'a processor',
  threads: 2,
  weightsFile: 'none.h5',
  test: { hash: 'abc', name: 'ten images', images: 10 },
  images: { train: 80, val: 10, test: 10 },
  classes: ['a', 'b'],
  trainedKernels: 0,
};
const phase: RunEvent = { type: 'phase', at: 1, phase: 'prepare' };
const progress = (done: number, peakMemory?: number): RunEvent => ({
  type: 'progress',
  at: 3,
  phase: 'head',
  done,
  total: 9,
  imagesPerSecond: null,
  secondsLeft: null,
  usage: peakMemory === undefined ? undefined : { memory: 1, peakMemory, cores: 1 },
});
const epoch = (number: number, val_accuracy: number | null, stage: 1 | 2 = 1): RunEventOf<'epoch'> => ({
  type: 'epoch',
  at: 4,
  stage,
  epoch: number,
  epochs: 3,
  metrics: { accuracy: 0.5, loss: 1, val_accuracy, val_loss: null, learning_rate: 0.001 },
  seconds: 1,
  imagesPerSecond: 80,
});
const stageEnded = (bestEpoch: number): RunEventOf<'stage-ended'> => ({
  type: 'stage-ended',
  at: 5,
  stage: 1,
  bestEpoch,
  stoppedEarly: false,
});
const evaluated = (val_end2end: number | null): RunEvent => ({
  type: 'evaluated',
  at: 6,
  metrics: {
    val_end2end,
    test_end2end: 0.5,
    val_tta: null,
    test_tta: null,
    val_stage1: null,
    test_stage1: null,
    val_loss: null,
    test_loss: null,
  },
  timing: { feature_extract: 1, top_train: 1, end2end: 1, total: 3, evaluation: 1, features_cached: false },
  confusion: { plain: [[9, 1]], tta: [[9, 1]] },
  classes: ['a', 'b'],
});
const exported: RunEvent = { type: 'exported', at: 7, file: 'cifar10.h5', bytes: 3 };
const completed: RunEvent = { type: 'completed', at: 8 };
const canceled: RunEvent = { type: 'canceled', at: 9 };
const failed: RunEvent = { type: 'failed', at: 10, code: 'data-missing', message: 'No data.', lastLines: ['last'] };
const interrupted: RunEvent = { type: 'interrupted', at: 11, message: 'The server stopped.' };
const filesReady: RunEvent = { type: 'files-ready', at: 12, stage: 1, epoch: 1 };
const filesFailed: RunEvent = { type: 'files-failed', at: 13, message: 'No room.' };
const queuedAgain: RunEvent = { type: 'queued-again', at: 14 };
const extended: RunEvent = { type: 'queued-again', at: 15, further: { from: 3, epochs: 9 } };
const resumed: RunEvent = { type: 'resumed', at: 16, stage: 1, epoch: 1 };
const checkpoints: RunEvent = { type: 'checkpoints', at: 17, problem: 'The disk is full' };
const imported: RunEvent = { type: 'imported', at: 18, file: 'log.json', config: {} };

/** The fields that the database and a page must agree on. */
const sharedFields = Object.keys({
  status: true,
  config: true,
  logFacts: true,
  startedAt: true,
  finishedAt: true,
  engine: true,
  progress: true,
  valAccuracy: true,
  metrics: true,
  timing: true,
  test: true,
  peakMemory: true,
  error: true,
  exportPending: true,
  attemptsWithoutProgress: true,
} satisfies Record<keyof RunState, true>) as (keyof RunState)[];

const sharedOf = (run: RunState) => Object.fromEntries(sharedFields.map((field) => [field, run[field]]));
const pageOf = (run: RunDetail) => {
  const { confusion, classes } = run;
  // No event reports the position in the queue.
  const queuePosition = run.status === 'queued' ? 'any' : run.queuePosition;
  return { ...sharedOf(run), queuePosition, confusion, classes, events: run.events.map(({ event }) => event) };
};

/** The state of a page that was open from the start and received all these events. */
const shownAfter = (run: RunDetail, given: readonly RunEvent[]): RunDetail =>
  given.map((event, index): StoredEvent => ({ id: run.cursor + index + 1, runId, event })).reduce(reduceRun, run);

const record = (services: Context, given: readonly RunEvent[]) => {
  for (const event of given) recordEvent(services, runId, event);
};

const trained = [phase, started, progress(1, 7), epoch(1, 0.4), epoch(2, 0.6), progress(2, 5), stageEnded(2)];

const sequences: [name: string, given: RunEvent[]][] = [
  ['a complete run', [...trained, evaluated(0.55), exported, completed]],
  ['a run whose final accuracy is unknown', [...trained, evaluated(null), completed]],
  ['a run that has only started', [started]],
  ['a run whose first event is progress', [progress(1, 3), progress(2)]],
  [
    'events after the end',
    [...trained, completed, failed, progress(5), epoch(3, 0.9), canceled, interrupted, exported],
  ],
  ['a failure and later events', [phase, failed, progress(3), started, completed]],
  ['repeated milestones', [...trained, epoch(1, 0.99), epoch(2, 0.99), stageEnded(2), epoch(2, 0.7, 2), stageEnded(1)]],
  ['epochs without validation', [started, epoch(1, null), canceled, exported]],
  ['a canceled run in the queue', [canceled, progress(1), exported, filesReady]],
  ['a canceled run without an epoch', [started, canceled, exported, filesReady]],
  ['a canceled run and its files', [...trained, canceled, exported, progress(9), filesReady, exported, filesFailed]],
  ['a canceled run without files', [...trained, canceled, filesFailed, exported]],
  ['a canceled run that is resumed before its files are ready', [...trained, canceled, queuedAgain, filesReady]],
  ['file events of a running run', [...trained, filesReady, filesFailed, checkpoints]],
  ['an interrupted run that is resumed', [...trained, interrupted, queuedAgain, started, resumed, epoch(3, 0.7)]],
  ['an interrupted run that fails', [...trained, interrupted, failed, interrupted]],
  [
    'an interrupted run that ignores other events',
    [started, interrupted, canceled, completed, progress(1), epoch(1, 1)],
  ],
  ['a run queued again while it is queued or running', [queuedAgain, started, queuedAgain, extended]],
  ['a run queued again twice', [started, failed, queuedAgain, extended]],
  ['an extended run', [...trained, evaluated(0.5), completed, extended, phase, resumed, epoch(4, 0.9, 2), completed]],
  ['a log that was never imported', [imported, started, imported]],
];

/** Events of all types in a pseudo-random order determined by the seed. */
function shuffled(seed: number): RunEvent[] {
  const kinds = [phase, started, exported, completed, canceled, failed, interrupted, filesReady, filesFailed].concat(
    [queuedAgain, queuedAgain, extended, resumed, checkpoints, imported, evaluated(0.3), stageEnded(1)],
    [progress(1, 5), epoch(1, 0.3), epoch(2, 0.5), epoch(1, 0.8), epoch(1, 0.7, 2)],
  );
  let state = seed;
  return Array.from({ length: 20 }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return { ...kinds[state % kinds.length]!, at: 100 + index };
  });
}

describe('the database and an open page', () => {
  it.each(sequences)('agree on %s', async (_, given) => {
    const services = openWithRun();
    const before = await readRun(services, runId);
    record(services, given);
    const after = await readRun(services, runId);
    expect(pageOf(shownAfter(before, given))).toEqual(pageOf(after));
  });

  it('agree on any order of events, also if the page receives only the stored ones', async () => {
    const services = openServices();
    for (let seed = 1; seed <= 100; seed++) {
      addRun(services);
      const before = await readRun(services, runId);
      const given = shuffled(seed);
      record(services, given);
      const after = await readRun(services, runId);
      expect(pageOf(shownAfter(before, given)), `seed ${seed}`).toEqual(pageOf(after));
      const live = { ...before, progress: after.progress, peakMemory: after.peakMemory };
      const { status, valAccuracy, events } = after.events.reduce(reduceRun, live);
      expect({ valAccuracy, events }, `seed ${seed}`).toEqual({ valAccuracy: after.valAccuracy, events: after.events });
      // Progress is not stored, so without other events the page does not know that the run is running.
      if (after.progress === null) expect(status, `seed ${seed}`).toBe(after.status);
      services.db.delete(runs).run();
    }
  });

  it('agree on the start of an attempt, whether it is set by the queue or by the first event', async () => {
    const services = openWithRun();
    const before = await readRun(services, runId);
    const claim = () => {
      const row = findRow(services.db, runId);
      services.db.update(runs).set(startAttempt(row, 1)).where(eq(runs.id, runId)).run();
    };
    claim();
    record(services, [phase, started, interrupted, queuedAgain]);
    claim();
    record(services, [phase, started]);
    const page = shownAfter(before, [phase, started, interrupted, queuedAgain, phase, started]);
    expect(sharedOf(page)).toEqual(sharedOf(await readRun(services, runId)));
    expect(page).toMatchObject({ status: 'running', startedAt: 1, error: null, attemptsWithoutProgress: 2 });
  });

  it('agree on the milestones that a resumed trainer repeats', async () => {
    const services = openWithRun();
    const before = await readRun(services, runId);
    const told = [epoch(1, 0.4), epoch(2, 0.6), stageEnded(2)];
    record(services, [started, epoch(1, 0.4), interrupted, queuedAgain, started, { ...resumed, told } as RunEvent]);
    const after = await readRun(services, runId);
    const types = ['started', 'epoch', 'interrupted', 'queued-again', 'started', 'epoch', 'stage-ended', 'resumed'];
    expect(after.events.map(({ event }) => event.type)).toEqual(types);
    expect(after.events.at(-1)!.event).toEqual(resumed);
    expect(after).toMatchObject({ valAccuracy: 0.6, attemptsWithoutProgress: 0 });
    expect(pageOf(after.events.reduce(reduceRun, before))).toEqual(pageOf(after));
  });
});

describe('recordEvent', () => {
  it('records nothing for a run that has ended or does not exist', () => {
    const services = openWithRun('running');
    recordEvent(services, runId, completed);
    recordEvent(services, runId, failed);
    recordEvent(services, runId, progress(1));
    recordEvent(services, 'unknown', phase);
    expect(services.db.select().from(events).all()).toHaveLength(1);
    expect(findRow(services.db, runId)).toMatchObject({ status: 'completed', error: null, progress: null });
  });

  it('appends the event and updates the run atomically', () => {
    const services = openWithRun('running');
    services.db.$client.exec(`CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    expect(() => recordEvent(services, runId, completed)).toThrow('disk full');
    expect(services.db.select().from(events).all()).toEqual([]);
  });

  it('notifies followers of recorded events only', () => {
    const services = openWithRun('running');
    const signals: unknown[] = [];
    services.bus.subscribe((signal) => signals.push(signal));
    record(services, [epoch(1, 0.4), epoch(1, 0.4), progress(1), completed, completed, progress(2)]);
    expect(signals).toEqual([
      { runId, progress: null },
      { runId, progress: progress(1) },
      { runId, progress: null },
    ]);
  });

  it('accepts only the current attempt, and none while the run is queued', () => {
    const services = openWithRun('running');
    services.db.update(runs).set({ attempt: 2 }).run();
    recordEvent(services, runId, epoch(1, 0.4), 1);
    recordEvent(services, runId, epoch(2, 0.4), 2);
    recordEvent(services, runId, interrupted, 2);
    recordEvent(services, runId, queuedAgain);
    recordEvent(services, runId, epoch(3, 0.4), 2);
    recordEvent(services, runId, progress(1), 2);
    const types = readEvents(services.db, runId).map(({ event }) => event.type);
    expect(types).toEqual(['epoch', 'interrupted', 'queued-again']);
    expect(findRow(services.db, runId)).toMatchObject({ status: 'queued', progress: null });
  });

  it('records the same epoch of another stage or another run', () => {
    const services = openWithRun('running');
    const config = testConfig();
    services.db.insert(runs).values({ id: 'b', config, createdAt: 0, logFile: 'b.json', status: 'running' }).run();
    record(services, [epoch(1, 0.4), epoch(1, 0.5, 2), epoch(1, 0.6, 2), stageEnded(1), stageEnded(1), stageEnded(2)]);
    recordEvent(services, 'b', epoch(1, 0.4));
    expect(readEvents(services.db, runId).map(({ event }) => event.type)).toEqual([
      'epoch',
      'epoch',
      'stage-ended',
      'stage-ended',
    ]);
    expect(readEvents(services.db, 'b')).toHaveLength(1);
  });

  it.each([
    { type: 'epoch', stage: 2, epoch: 7 },
    { type: 'stage-ended', stage: 1, epoch: 3 },
  ] as const)('finds an earlier $type using only the index', (milestone) => {
    const { db } = openWithRun();
    const { sql, params } = milestoneQuery(db, runId, milestone).toSQL();
    const plan = db.$client.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params) as { detail: string }[];
    // A stage has few ends, so only type and stage need the index.
    const terms = `run_id=? AND <expr>=? AND <expr>=?${milestone.type === 'epoch' ? ' AND <expr>=?' : ''}`;
    expect(plan).toMatchObject([
      { detail: expect.stringMatching(/^SEARCH events USING (COVERING )?INDEX events_type/) },
    ]);
    expect(plan[0]!.detail).toContain(`(${terms})`);
  });
});
