import { describe, expect, it } from 'vitest';
import { events, runs } from '@/drizzle/schema.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import type { StoredEvent } from '@/lib/run/run.ts';
import type { Context } from '@/server/context.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { followEvents } from './follow-events.ts';
import { recordEvent } from './record-event.ts';

const phase = (at: number): RunEvent => ({ type: 'phase', at, phase: 'head' });
const progress = (at: number): RunEvent => ({
  type: 'progress',
  at,
  phase: 'head',
  done: at,
  total: 9,
  imagesPerSecond: null,
  secondsLeft: null,
});
const completed: RunEvent = { type: 'completed', at: 99 };

function addRun({ db }: Context, id: string): string {
  const logFile = `run_${id}.json`;
  db.insert(runs).values({ id, config: testConfig(), createdAt: 0, logFile, status: 'running' }).run();
  return id;
}

/** Collects values until the source ends or `count` is reached. */
async function take(source: AsyncGenerator<StoredEvent>, count = Number.POSITIVE_INFINITY): Promise<StoredEvent[]> {
  const taken: StoredEvent[] = [];
  while (taken.length < count) {
    const { done, value } = await source.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

function follow(services: Context, options: { runId?: string; cursor?: number } = {}) {
  const controller = new AbortController();
  return { source: followEvents(services, { ...options, signal: controller.signal }), stop: () => controller.abort() };
}

const times = (stored: StoredEvent[]) => stored.map(({ event }) => event.at);

describe('followEvents', () => {
  it('yields past events, then new ones, and ends with the run', async () => {
    const services = openServices();
    const runId = addRun(services, 'a');
    recordEvent(services, runId, phase(1));
    const { source } = follow(services, { runId });
    expect(times(await take(source, 1))).toEqual([1]);
    const rest = take(source);
    for (const at of [2, 3]) recordEvent(services, runId, phase(at));
    await Promise.resolve();
    recordEvent(services, runId, phase(4));
    recordEvent(services, runId, completed);
    expect(times(await rest)).toEqual([2, 3, 4, 99]);
  });

  it('neither skips nor repeats events if it is stopped and resumed at any point', async () => {
    const services = openServices();
    const runId = addRun(services, 'a');
    const writing = (async () => {
      for (let at = 0; at < 1500; at++) {
        recordEvent(services, runId, phase(at));
        if (at % 7 === 0) await new Promise(setImmediate);
      }
      recordEvent(services, runId, completed);
    })();
    const emitted: StoredEvent[] = [];
    while (emitted.at(-1)?.event.type !== 'completed') {
      const { source, stop } = follow(services, { runId, cursor: emitted.at(-1)?.id ?? 0 });
      emitted.push(...(await take(source, 1 + (emitted.length % 97))));
      stop();
      await source.return(undefined);
    }
    await writing;
    expect(times(emitted)).toEqual([...Array(1500).keys(), 99]);
    expect(new Set(emitted.map(({ id }) => id)).size).toBe(1501);
  });

  it('yields live progress without storing it, and drops progress that is outdated', async () => {
    const services = openServices();
    const runId = addRun(services, 'a');
    const { source, stop } = follow(services, { runId });
    const first = take(source, 1);
    recordEvent(services, runId, progress(1));
    expect(await first).toEqual([{ id: 0, runId, event: progress(1) }]);
    recordEvent(services, runId, progress(2));
    recordEvent(services, runId, progress(3));
    expect(times(await take(source, 1))).toEqual([3]);
    recordEvent(services, runId, progress(4));
    recordEvent(services, runId, phase(5));
    expect(times(await take(source, 1))).toEqual([5]);
    stop();
    expect(await take(source)).toEqual([]);
    expect(services.db.select().from(events).all()).toHaveLength(1);
    expect(services.db.select().from(runs).get()!.progress).toEqual(progress(4));
  });

  it('follows new events of every run', async () => {
    const services = openServices();
    for (const id of ['a', 'b']) addRun(services, id);
    recordEvent(services, 'a', phase(1));
    const { source, stop } = follow(services);
    const next = take(source, 3);
    recordEvent(services, 'b', phase(2));
    recordEvent(services, 'a', completed);
    recordEvent(services, 'b', phase(3));
    expect((await next).map(({ runId, event }) => [runId, event.at])).toEqual([
      ['b', 2],
      ['a', 99],
      ['b', 3],
    ]);
    stop();
    expect(await take(source)).toEqual([]);
  });
});
