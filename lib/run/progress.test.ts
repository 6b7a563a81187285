import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEventOf } from './events.ts';
import type { Phase } from './phases.ts';
import { describeActivity, describeQueuePosition, phaseShare, preparePhases, runShare } from './progress.ts';

const phase = (id: number, name: Phase) => ({
  id,
  runId: 'r',
  event: { at: id * 1000, type: 'phase' as const, phase: name },
});
const progress: RunEventOf<'progress'> = {
  at: 1,
  type: 'progress',
  phase: 'finetune',
  done: 50,
  total: 100,
  epoch: 3,
  epochs: 10,
  imagesPerSecond: 100,
  secondsLeft: 60,
};
const frozenPart = { ...progress, part: 'frozen' as const, epoch: undefined, epochs: undefined };
const run = {
  config: trainConfigSchema.parse({}),
  events: [phase(1, 'features'), phase(4, 'head'), phase(10, 'finetune')],
  progress,
  status: 'running' as const,
};

describe('preparePhases', () => {
  it('gives the duration of past phases, the progress of the current one, and the phases to come', () => {
    expect(preparePhases(run)).toEqual([
      { phase: 'features', state: 'done', share: 1, seconds: 3 },
      { phase: 'head', state: 'done', share: 1, seconds: 6 },
      { phase: 'finetune', state: 'running', share: 0.25, seconds: null },
      { phase: 'evaluation', state: 'waiting', share: 0, seconds: null },
    ]);
  });

  it('distinguishes the frozen layers of stage 2 from its epochs', () => {
    const step = preparePhases({ ...run, progress: frozenPart })[2];
    expect(step).toEqual({ phase: 'finetune', state: 'running', share: 0.5, part: 'frozen', seconds: null });
  });

  it('restarts a phase whose attempt was interrupted, and keeps completed phases', () => {
    const end = { ...phase(14, 'export'), event: { at: 14_000, type: 'interrupted' as const, message: 'Killed.' } };
    const again = { ...run, progress: null, events: [...run.events, end, phase(20, 'features')] };
    expect(preparePhases(again).map(({ state }) => state)).toEqual(['running', 'done', 'waiting', 'waiting']);
    const stopped = preparePhases({ ...again, events: again.events.slice(0, 4), status: 'interrupted' });
    expect(stopped.map(({ state }) => state)).toEqual(['done', 'done', 'stopped', 'waiting']);
  });

  it('omits stage 2 without epochs, and marks the phase in which the run stopped', () => {
    const frozen = { ...run, config: trainConfigSchema.parse({ epochs_stage2: 0 }), status: 'failed' as const };
    const steps = preparePhases({ ...frozen, events: run.events.slice(0, 2), progress: null });
    expect(steps.map(({ phase, state }) => [phase, state])).toEqual([
      ['features', 'done'],
      ['head', 'stopped'],
      ['evaluation', 'waiting'],
    ]);
  });

  it('counts the completed epochs of the phase in which the run stopped', () => {
    const metrics = { accuracy: 0.5, loss: 1, val_accuracy: 0.5, val_loss: 1, learning_rate: 1e-3 };
    const event = { type: 'epoch' as const, stage: 2 as const, epoch: 4, epochs: 10, at: 20_000, metrics };
    const events = [...run.events, { id: 20, runId: 'r', event: { ...event, seconds: 5, imagesPerSecond: 100 } }];
    const stopped = preparePhases({ ...run, events, progress: null, status: 'canceled' })[2];
    expect(stopped).toEqual({ phase: 'finetune', state: 'stopped', share: 0.4, seconds: null });
  });
});

describe('phaseShare', () => {
  it('is the share of all epochs in a phase with epochs', () => {
    expect(phaseShare(progress)).toBe(0.25);
    expect(phaseShare({ ...progress, epoch: undefined, epochs: undefined })).toBe(0.5);
    expect(phaseShare(null)).toBeNull();
  });
});

describe('runShare', () => {
  it('is the elapsed share of the total time', () => {
    expect(runShare({ startedAt: 1000, progress: { ...progress, at: 21_000 } })).toBe(0.25);
    expect(runShare({ startedAt: 1000, progress: { ...progress, secondsLeft: null } })).toBeNull();
    expect(runShare({ startedAt: null, progress })).toBeNull();
    expect(runShare({ startedAt: 1000, progress: null })).toBeNull();
  });
});

describe('describeActivity', () => {
  it('describes the current activity, also before the first progress', () => {
    expect(describeActivity(run)).toBe('Fine-tuning, epoch 3 of 10');
    expect(describeActivity({ ...run, progress: null })).toBe('Fine-tuning');
    expect(describeActivity({ ...run, progress: { ...progress, phase: 'head' } })).toBe('Fine-tuning');
    expect(describeActivity({ events: [], progress: null })).toBe('Reading data');
    expect(describeActivity({ ...run, progress: frozenPart })).toBe('Fine-tuning, computing frozen layers first');
  });
});

describe('describeQueuePosition', () => {
  it('describes a known position', () => {
    const texts = [1, 3, null].map((queuePosition) => describeQueuePosition({ queuePosition }));
    expect(texts).toEqual(['next in the queue', 'position 3 in the queue', null]);
  });
});
