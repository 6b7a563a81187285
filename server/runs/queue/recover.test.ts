import { describe, expect, it } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import type { RunStatus } from '@/lib/run/status.ts';
import type { Context } from '@/server/context.ts';
import { findRow, readEvents } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { interruptRunning, resetAttempts, resumeInterrupted } from './recover.ts';

/** Opens services with one run per status, whose id is the status. */
function openWithRuns(...statuses: RunStatus[]): Context {
  const services = openServices();
  for (const status of statuses) {
    const row = { id: status, config: testConfig(), createdAt: 0, logFile: `${status}.json`, status };
    services.db.insert(runs).values(row).run();
  }
  return services;
}

const everyStatus = ['queued', 'running', 'interrupted', 'completed', 'failed', 'canceled', 'imported'] as const;
const typesOf = ({ db }: Context, id: string) => readEvents(db, id).map(({ event }) => event.type);

describe('interruptRunning', () => {
  it('interrupts running runs with a reason, and changes no others', () => {
    const services = openWithRuns(...everyStatus);
    const notified: string[] = [];
    services.bus.subscribe(({ runId }) => notified.push(runId));
    interruptRunning(services, 'The server stopped.');
    expect(findRow(services.db, 'running')).toMatchObject({
      status: 'interrupted',
      finishedAt: expect.any(Number),
      error: expect.stringContaining('The server stopped.'),
    });
    expect(typesOf(services, 'running')).toEqual(['interrupted']);
    for (const status of everyStatus.filter((each) => each !== 'running')) {
      expect([findRow(services.db, status).status, typesOf(services, status)]).toEqual([status, []]);
    }
    expect(notified).toEqual(['running']);
    interruptRunning(services, 'The server stopped.');
    expect(typesOf(services, 'running')).toEqual(['interrupted']);
  });
});

describe('resumeInterrupted', () => {
  it('queues interrupted runs, and changes no others', () => {
    const services = openWithRuns(...everyStatus);
    const notified: string[] = [];
    services.bus.subscribe(({ runId }) => notified.push(runId));
    resumeInterrupted(services);
    expect(findRow(services.db, 'interrupted')).toMatchObject({ status: 'queued', finishedAt: null, error: null });
    expect(typesOf(services, 'interrupted')).toEqual(['queued-again']);
    expect(everyStatus.map((id) => findRow(services.db, id).status)).toEqual([
      'queued',
      'running',
      'queued',
      'completed',
      'failed',
      'canceled',
      'imported',
    ]);
    expect(notified).toEqual(['interrupted']);
  });

  it.each([
    [2, 'queued'],
    [3, 'failed'],
    [4, 'failed'],
  ] as const)('changes a run with %i attempts without progress to %s', (attempts, status) => {
    const services = openWithRuns('interrupted');
    services.db.update(runs).set({ attemptsWithoutProgress: attempts, error: 'It was killed.' }).run();
    resumeInterrupted(services);
    expect(findRow(services.db, 'interrupted').status).toBe(status);
    const last = readEvents(services.db, 'interrupted').at(-1)!.event;
    if (status === 'queued') return;
    expect(last).toMatchObject({ type: 'failed', code: 'interrupted-in-vain' });
    expect(findRow(services.db, 'interrupted').error).toMatch(
      new RegExp(`interrupted ${attempts} times in a row.*then resume it.*It was killed\\.$`),
    );
  });

  it('retries a run resumed by the user as often as a new one', () => {
    const services = openWithRuns('interrupted');
    services.db.update(runs).set({ attemptsWithoutProgress: 3 }).run();
    resetAttempts(services.db, 'interrupted');
    resumeInterrupted(services);
    expect(findRow(services.db, 'interrupted')).toMatchObject({ status: 'queued', attemptsWithoutProgress: 0 });
  });

  it('is atomic', () => {
    const services = openWithRuns('interrupted');
    services.db.$client.exec(`CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    expect(() => resumeInterrupted(services)).toThrow('disk full');
    expect(typesOf(services, 'interrupted')).toEqual([]);
  });
});
