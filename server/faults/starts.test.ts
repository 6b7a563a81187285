import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { startRun } from '@/server/runs/commands/start.ts';
import { followEvents } from '@/server/runs/events/follow-events.ts';
import { listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { fault, isFull, random, times } from './fault.test-helper.ts';

describe('concurrent operations', () => {
  fault('many runs are started at once', '100 parallel starts, each sent twice with its key', async () => {
    const services = openServices();
    await startScene(services, 'waits');
    const keys = Array.from({ length: 100 }, (_, index) => `key number ${index}`);
    const answers = await Promise.all([...keys, ...keys].map((key) => startRun(services, testConfig(), { key })));
    const ids = answers.map(({ id }) => id);
    expect(new Set(ids).size).toBe(keys.length);
    expect(ids.slice(0, keys.length)).toEqual(ids.slice(keys.length));
    expect(listRuns(services.db, runQuerySchema.parse({ filter: { status: ['queued'] } })).total).toBe(keys.length);
    return '100 runs, one per key, all queued';
  });

  fault('a run is canceled while it completes', 'both at the same moment, repeatedly', async () => {
    const services = openServices();
    const ends = { completed: 0, canceled: 0 };
    for (let round = 0; round < times(30, 4); round++) {
      // The scene ends so many milliseconds after its first epoch as its seed says.
      const scene = testConfig({ name: 'completes after delay', seed: random.integer(200) });
      const { id } = await startRun(services, scene);
      await untilTraining(services, id);
      await sleep(random.uniform(0, 100));
      cancelRun(services, id);
      await vi.waitFor(
        async () => expect((await readRun(services, id)).status).toMatch(/^(canceled|completed)$/),
        90_000,
      );
      await services.queue.release(id);
      const run = await readRun(services, id);
      const last = run.events.filter(({ event }) => event.type === 'completed' || event.type === 'canceled');
      expect(last).toHaveLength(1);
      ends[run.status as keyof typeof ends]++;
    }
    if (isFull) expect(Math.min(ends.completed, ends.canceled)).toBeGreaterThan(0);
    return `one final state per run: ${ends.canceled} canceled, ${ends.completed} completed`;
  });

  fault(
    'the event stream is interrupted',
    '50 times at random moments, each time resumed from the last id',
    async () => {
      const services = openServices();
      const id = await startScene(services, 'ignores cancel');
      const cuts = times(50, 10);
      const received: number[] = [];
      for (let cut = 0; cut < cuts; cut++) {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), random.uniform(0, 150));
        for await (const stored of followEvents(services, {
          runId: id,
          cursor: received.at(-1) ?? 0,
          signal: controller.signal,
        })) {
          if (stored.id > 0) received.push(stored.id);
        }
      }
      cancelRun(services, id);
      const recorded = (await readRun(services, id)).events.map(({ id }) => id);
      expect(received).toEqual(recorded.slice(0, received.length));
      expect(received.length).toBeGreaterThan(2);
      return `${received.length} events, none missing or duplicated`;
    },
  );
});
