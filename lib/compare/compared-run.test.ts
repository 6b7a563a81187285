import { expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { reduceRun } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { compareRuns } from './compared-run.ts';

const config = trainConfigSchema.parse({});
const runOf = (id: string, number: number): RunDetail => ({
  id,
  number,
  name: id,
  status: 'running',
  config,
  logFacts: null,
  createdAt: 1,
  startedAt: 1,
  finishedAt: null,
  engine: null,
  queuePosition: null,
  progress: null,
  valAccuracy: null,
  metrics: null,
  timing: null,
  test: null,
  peakMemory: null,
  error: null,
  reproduces: null,
  exportPending: false,
  attemptsWithoutProgress: 0,
  isExample: false,
  events: [],
  cursor: 0,
  confusion: null,
  classes: [],
  files: [],
  hasCheckpoint: false,
  logTail: [],
});

it('reuses unchanged entries while runs only report progress, and replaces changed ones', () => {
  const [a, b] = [runOf('a', 1), runOf('b', 2)];
  const before = compareRuns([a, b], []);
  const progress: RunEventOf<'progress'> = {
    at: 2,
    type: 'progress',
    phase: 'head',
    done: 1,
    total: 2,
    imagesPerSecond: 1,
    secondsLeft: 1,
    usage: { memory: 1, peakMemory: 2, cores: 1 },
  };
  const progressed = reduceRun(b, { id: 0, runId: 'b', event: progress });
  expect(progressed).not.toBe(b);
  expect(compareRuns([a, progressed], before)).toBe(before);

  const done = reduceRun(progressed, { id: 1, runId: 'b', event: { at: 3, type: 'completed' } });
  const after = compareRuns([a, done], before);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toMatchObject({ name: 'b', run: { status: 'completed' } });
  const [first, second] = compareRuns([b, a], before);
  expect([first === before[1], second === before[0]]).toEqual([true, true]);
});
