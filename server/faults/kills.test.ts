import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep, setImmediate as soon } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import { fewImages, makeFewImages } from '@/server/model/dataset/few-images.test-helper.ts';
import { isAlive } from '@/server/model/files/is-alive.ts';
import { pidTrainer } from '@/tools/testing/paths.ts';
import { BareServer, killProcess } from './bare-server.test-helper.ts';
import { fault, random, times } from './fault.test-helper.ts';

/** The real trainer, which prints its process id. */
const TRAINER_ENTRY = pidTrainer;

/** Both stages on a few drawn images, with learning rates so low that the loss falls for hundreds of epochs. */
const config: TrainConfigInput = {
  ...fewImages,
  image_size: 96,
  train_limit: 100,
  engine: 'cpu',
  epochs_stage1: times(400, 30),
  lr_stage1: 1e-5,
  n_unfreeze: 10,
  epochs_stage2: times(40, 4),
  lr_stage2: 1e-6,
};

let folder: string;
let server: BareServer;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'faults-kills-'));
  await makeFewImages(path.join(folder, 'datasets'));
  server = new BareServer(folder, {
    TRAINER_ENTRY,
    RESULTS_DIR: 'results',
    CACHE_DIR: 'cache',
    DATASETS_DIR: 'datasets',
  });
  await server.start();
});
afterEach(async () => {
  await server.kill();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The epochs that a client received; after a restart all events are sent again. */
const acknowledgedOf = (runId: string): Set<string> =>
  new Set(
    server.received.flatMap(({ runId: id, event }) =>
      id === runId && event.type === 'epoch' ? `${event.stage}: ${event.epoch}` : [],
    ),
  );

/** Reads the database through a read-only connection. */
function readDatabase(runId: string): { epochs: string[]; integrity: unknown } {
  const db = new Sqlite(path.join(folder, 'results', 'transfer-lab.db'), { readonly: true });
  try {
    const rows = db.prepare(
      "SELECT (event ->> '$.stage') || ': ' || (event ->> '$.epoch') FROM events WHERE run_id = ? AND event ->> '$.type' = 'epoch' ORDER BY id",
    );
    return { epochs: rows.pluck().all(runId) as string[], integrity: db.pragma('integrity_check', { simple: true }) };
  } finally {
    db.close();
  }
}

describe('kill −9', () => {
  fault('the trainer, the server, or both die', 'kill −9 at random moments, half of them during a write', async () => {
    const kills = times(100, 6);
    let runId = await server.startRun(config);
    let killsDuringWrite = 0;
    const lengths: number[][] = [];
    for (let killed = 0; killed < kills; killed++) {
      // Waits for a new epoch, because a run is not resumed after three attempts in a row without one.
      const known = acknowledgedOf(runId).size;
      await server.until(() => acknowledgedOf(runId).size > known || hasEnded(runId));
      if (hasEnded(runId)) {
        lengths.push(expectComplete(runId));
        runId = await server.startRun(config);
        await server.until(() => acknowledgedOf(runId).size > 0);
      }
      await sleep(random.uniform(0, 100));
      const trainer = server.trainerOf(runId)!;
      const acknowledged = acknowledgedOf(runId);
      const victim = ['trainer', 'server', 'both'][killed % 3];
      if (victim !== 'server') {
        if (killed % 4 !== 3) await untilItWrites(runId, trainer);
        killProcess(trainer);
        while (isAlive(trainer)) await sleep(1);
        if (hasPartialFile(runId, trainer)) killsDuringWrite++;
      }
      if (victim !== 'trainer') {
        await server.kill();
        const { epochs, integrity } = readDatabase(runId);
        expect(integrity).toBe('ok');
        expect(epochs).toEqual(expect.arrayContaining([...acknowledged]));
        await server.start();
      }
    }
    await server.until(() => hasEnded(runId));
    lengths.push(expectComplete(runId));
    const epochs = lengths.flat().reduce((sum, length) => sum + length, 0);
    expect(epochs).toBeGreaterThanOrEqual(times(300, 10));
    expect(killsDuringWrite).toBeGreaterThanOrEqual(times(30, 1));
    const counts = lengths.map((stages) => stages.join(' and ')).join(', ');
    return `${kills} kills, ${killsDuringWrite} of them during a write; ${counts} acknowledged epochs per stage, none lost; completed`;
  });

  /** Checks that no epoch is missing or duplicated. @returns the number of epochs per stage */
  function expectComplete(runId: string): number[] {
    const { epochs, integrity } = readDatabase(runId);
    expect(integrity).toBe('ok');
    // Each epoch once and in order, and no acknowledged epoch lost.
    const lengths = [1, 2].map((stage) => epochs.filter((epoch) => epoch.startsWith(`${stage}:`)).length);
    expect(epochs).toEqual(
      lengths.flatMap((length, index) => Array.from({ length }, (_, epoch) => `${index + 1}: ${epoch + 1}`)),
    );
    expect([...acknowledgedOf(runId)]).toEqual(epochs);
    // Not the last event received, because after a restart all events are sent again.
    expect(endsOf(runId)).toEqual(['completed']);
    expect(readdirSync(path.join(folder, 'results', runId)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    return lengths;
  }

  /** The distinct final events of a run. */
  const endsOf = (runId: string) => {
    const types = server.received.flatMap(({ runId: id, event }) => (id === runId ? event.type : []));
    return [...new Set(types.filter((type) => type === 'completed' || type === 'failed'))];
  };
  const hasEnded = (runId: string) => endsOf(runId).length > 0;

  /** Whether a process has a partially written file. If it has exited, it was killed during that write. */
  const hasPartialFile = (runId: string, pid: number): boolean =>
    readdirSync(path.join(folder, 'results', runId)).some((name) => name.endsWith(`.${pid}.tmp`));

  /** Resolves during a write of this process, or when it exits. */
  async function untilItWrites(runId: string, pid: number): Promise<void> {
    while (isAlive(pid) && !hasPartialFile(runId, pid)) await soon();
  }
});
