import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect } from 'vitest';
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

const epochsOf = (runId: string, told: BareServer['received']): number[] =>
  told.flatMap(({ runId: id, event }) => (id === runId && event.type === 'epoch' ? [event.epoch] : []));

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
  fault('the trainer, the server, or both die', 'kill −9 at random moments', async () => {
    const kills = times(100, 6);
    const epochs = times(320, 20);
    const runId = await server.startRun({ name: 'keeps', epochs_stage1: epochs });
    let busy = 0;
    for (let kill = 0; kill < kills; kill++) {
      // After a new epoch, so that no three attempts in a row come to nothing.
      const known = epochsOf(runId, server.received).length;
      await server.until(() => epochsOf(runId, server.received).length > known || hasEnded(runId));
      if (hasEnded(runId)) break;
      await sleep(Math.random() * 120);
      const trainer = server.trainerOf(runId);
      const acknowledged = new Set(epochsOf(runId, server.received));
      const victim = ['trainer', 'server', 'both'][kill % 3];
      if (victim !== 'server') killProcess(trainer);
      if (victim !== 'server' && wasWriting(runId, trainer)) busy++;
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
    return `${kills} kills, ${busy} of them inside a checkpoint's write; ${new Set(epochsOf(runId, server.received)).size} acknowledged epochs, none lost; completed`;
  });

  /** How it ended, each way once. */
  const endsOf = (runId: string) => {
    const types = server.received.flatMap(({ runId: id, event }) => (id === runId ? event.type : []));
    return [...new Set(types.filter((type) => type === 'completed' || type === 'failed'))];
  };
  const hasEnded = (runId: string) => endsOf(runId).length > 0;

  /** A temporary file of a process that is gone: it was killed while it wrote. */
  const wasWriting = (runId: string, pid: number | null): boolean =>
    existsSync(path.join(folder, 'results', runId, `kept.${pid}.tmp`));
});
