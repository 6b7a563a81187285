import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { isAlive } from '../runs/scenes.test-helper.ts';
import { BareServer, killProcess } from './bare-server.test-helper.ts';
import { fault, times } from './fault.test-helper.ts';

/** A trainer that writes a checkpoint of some size for each of its epochs, and goes on from it. */
const TRAINER_ENTRY = path.join(import.meta.dirname, 'fixtures', 'keeping-trainer.mjs');

let folder: string;
let server: BareServer;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'faults-kills-'));
  server = new BareServer(folder, { TRAINER_ENTRY, RESULTS_DIR: 'results', CACHE_DIR: 'cache' });
  await server.start();
});
afterEach(async () => {
  await server.kill();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The epochs that somebody was told of; after a restart all are told again. */
const acknowledgedOf = (runId: string): Set<number> =>
  new Set(
    server.received.flatMap(({ runId: id, event }) => (id === runId && event.type === 'epoch' ? [event.epoch] : [])),
  );

/** What the database holds, read by nobody who could have changed it. */
function readDatabase(): { events: { id: number; epoch: number | null }[]; integrity: unknown } {
  const db = new Sqlite(path.join(folder, 'results', 'transfer-lab.db'), { readonly: true });
  const events = db.prepare("SELECT id, event ->> '$.epoch' epoch FROM events WHERE event ->> '$.type' = 'epoch'");
  try {
    return {
      events: events.all() as { id: number; epoch: number }[],
      integrity: db.pragma('integrity_check', { simple: true }),
    };
  } finally {
    db.close();
  }
}

describe('kill −9', () => {
  fault('the trainer, the server, or both die', 'kill −9 at random moments, half of them within a write', async () => {
    const kills = times(100, 6);
    const epochs = times(900, 60);
    const runId = await server.startRun({ name: 'keeps', epochs_stage1: epochs });
    let killed = 0;
    let busy = 0;
    for (; killed < kills; killed++) {
      // After a new epoch, so that no three attempts in a row come to nothing.
      const known = acknowledgedOf(runId).size;
      await server.until(() => acknowledgedOf(runId).size > known || hasEnded(runId));
      expect(hasEnded(runId)).toBe(false);
      await sleep(Math.random() * 60);
      const trainer = server.trainerOf(runId);
      const acknowledged = acknowledgedOf(runId);
      const victim = ['trainer', 'server', 'both'][killed % 3];
      if (victim !== 'server') {
        if (killed % 2 === 0) await untilItWrites(runId, trainer);
        killProcess(trainer);
        if (isWriting(runId, trainer)) busy++;
      }
      if (victim !== 'trainer') {
        await server.kill();
        const { events, integrity } = readDatabase();
        expect(integrity).toBe('ok');
        expect(events.map(({ epoch }) => epoch)).toEqual(expect.arrayContaining([...acknowledged]));
        await server.start();
      }
    }
    await server.until(() => hasEnded(runId));
    const { events, integrity } = readDatabase();
    // Each epoch once, in order: no gap, no overlap, nothing that was acknowledged is lost.
    expect(events.map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
    expect(integrity).toBe('ok');
    // Not the last event that came: after a restart all are told again.
    expect(endsOf(runId)).toEqual(['completed']);
    const acknowledged = acknowledgedOf(runId).size;
    expect(killed).toBe(kills);
    expect(acknowledged).toBeGreaterThanOrEqual(times(300, 10));
    expect(busy).toBeGreaterThanOrEqual(times(30, 1));
    return `${killed} kills, ${busy} of them inside a checkpoint's write; ${acknowledged} acknowledged epochs, none lost; completed`;
  });

  /** How it ended, each way once. */
  const endsOf = (runId: string) => {
    const types = server.received.flatMap(({ runId: id, event }) => (id === runId ? event.type : []));
    return [...new Set(types.filter((type) => type === 'completed' || type === 'failed'))];
  };
  const hasEnded = (runId: string) => endsOf(runId).length > 0;

  /** Whether the temporary file of a process is there; where it is gone itself, it was killed while it wrote. */
  const isWriting = (runId: string, pid: number | null): boolean =>
    existsSync(path.join(folder, 'results', runId, `kept.${pid}.tmp`));

  /** Resolves within a write of this process, or when it is gone. */
  async function untilItWrites(runId: string, pid: number | null): Promise<void> {
    while (pid !== null && isAlive(pid) && !isWriting(runId, pid)) await sleep(1);
  }
});
