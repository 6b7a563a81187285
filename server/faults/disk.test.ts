import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import { someData, someDataFolder } from '@/server/model/network/real-data.test-helper.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { closeServices, openServices } from '@/server/services.test-helper.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '@/server/training/checkpoint/checkpoint.ts';
import { send, spawnTrainer } from '@/server/training/spawn-trainer.test-helper.ts';
import { canMount, fault, random, times } from './fault.test-helper.ts';

/** Size of a disk that is small enough to fill. */
const diskBytes = 8 * 2 ** 20;

let folder: string;
let disk: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-disk-'));
  disk = path.join(folder, 'results');
  mkdirSync(disk);
  if (canMount) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'none', disk]);
});
afterEach(() => {
  if (canMount) execFileSync('umount', ['--lazy', disk]);
  rmSync(folder, { recursive: true, force: true });
});

const ballast = () => path.join(disk, 'ballast');

function fillDisk(): void {
  for (const size of [2 ** 16, 2 ** 12, 512, 1]) {
    try {
      for (;;) appendFileSync(ballast(), Buffer.alloc(size));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  }
}

const checkpointAt = (epoch: number, size: number): Checkpoint => ({
  stage: 1,
  epoch,
  bestEpoch: epoch,
  learningRate: 1,
  featuresCached: false,
  stage1: null,
  told: [],
  last: new Map([['w', new Float32Array(size)]]),
  best: new Map(),
  optimizer: { steps: 1, slots: new Map() },
  earlyStopping: { best: 1, waited: 0, bestEpoch: epoch, stopped: false },
  reduceLrOnPlateau: { best: 1, waited: 0 },
  spent: { features: 0, head: 0, finetune: 0 },
});

describe('a full disk', () => {
  fault(
    'the disk is full while a checkpoint is written',
    'a tmpfs of 8 MB, filled',
    async () => {
      await writeCheckpoint(disk, checkpointAt(1, 2 ** 18));
      await writeCheckpoint(disk, checkpointAt(2, 2 ** 18));
      fillDisk();
      await expect(writeCheckpoint(disk, checkpointAt(3, 2 ** 18))).rejects.toMatchObject({ code: 'ENOSPC' });
      expect((await readCheckpoint(disk)).epoch).toBe(2);
      const names = ['ballast', 'checkpoint-before.safetensors', 'checkpoint.safetensors'];
      expect(readdirSync(disk).sort()).toEqual(names);
      return 'rejected; the last two checkpoints remain, without a partial file';
    },
    { isPossible: canMount },
  );

  fault(
    'the disk is full while a run trains',
    'a tmpfs of 8 MB, filled after the first epoch, emptied once the run reports it',
    async () => {
      const config = { ...someData, image_size: 96, train_limit: 200, epochs_stage1: 1000, lr_stage1: 1e-5 } as const;
      const problems: (string | null)[] = [];
      const { events } = await spawnTrainer(
        'a',
        { ...config, engine: 'cpu' },
        {
          data: someDataFolder,
          folder,
          onEvent: (event, child) => {
            if (event.type === 'epoch' && event.epoch === 1) fillDisk();
            if (event.type !== 'checkpoints') return;
            problems.push(event.problem);
            if (event.problem) truncateSync(ballast(), 0);
            else send(child, { type: 'cancel' });
          },
        },
      );
      expect(problems).toEqual([expect.stringMatching(/cannot be written.*ENOSPC/), null]);
      expect(events.at(-1)?.type).toBe('canceled');
      const { epoch } = await readCheckpoint(path.join(disk, 'a'));
      expect(epoch).toBe(events.findLast((event) => event.type === 'epoch')?.epoch);
      return 'the run continues, reports that its checkpoints are not saved, and saves them again once there is space';
    },
    { isPossible: canMount },
  );

  fault(
    'the disk is full while a model is exported',
    'a tmpfs of 8 MB, filled',
    async () => {
      await writeAtomically(path.join(disk, 'cifar10.h5'), 'the previous model');
      fillDisk();
      const model = writeAtomically(path.join(disk, 'cifar10.h5'), new Uint8Array(2 ** 20));
      await expect(model).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(readdirSync(disk).sort()).toEqual(['ballast', 'cifar10.h5']);
      return 'rejected; the previous file remains intact';
    },
    { isPossible: canMount },
  );

  fault(
    'the disk is full while the database is written',
    'a tmpfs of 8 MB, filled, then emptied',
    async () => {
      const services = openServices(folder, { AUTO_RESUME: 'off' });
      vi.spyOn(console, 'error').mockImplementation(() => {});
      const id = await startScene(services, 'ignores cancel');
      await untilTraining(services, id);
      fillDisk();
      await vi.waitFor(() => expect(console.error).toHaveBeenCalled(), 90_000);
      const recorded = (await readRun(services, id)).events.length;
      truncateSync(ballast(), 0);
      await until(services, id, 'interrupted');
      const run = await readRun(services, id);
      expect(run.error).toMatch(/could not be recorded/);
      expect(run.events.length).toBe(recorded + 1);
      expect(services.db.$client.pragma('integrity_check', { simple: true })).toBe('ok');
      await closeServices(services);
      return 'once there is space, the run is interrupted with the reason; the database is intact';
    },
    { isPossible: canMount },
  );

  fault(
    'the disk is full for a moment while runs start',
    'a tmpfs of 8 MB, filled before the queue claims a run, emptied at a random moment',
    async () => {
      const services = openServices(folder, { AUTO_RESUME: 'off' });
      vi.spyOn(console, 'error').mockImplementation(() => {});
      const isAwaited = vi.spyOn(services.downloads, 'isAwaited');
      const ends = { completed: 0, failed: 0, interrupted: 0 };
      for (let round = 0; round < times(20, 3); round++) {
        isAwaited.mockReturnValue(true);
        const ids = [await startScene(services, 'completes'), await startScene(services, 'completes')];
        fillDisk();
        isAwaited.mockReturnValue(false);
        services.queue.wake();
        await sleep(random.uniform(0, 500));
        truncateSync(ballast(), 0);
        for (const id of ids) {
          const end = /^(completed|failed|interrupted)$/;
          await vi.waitFor(async () => expect((await readRun(services, id)).status).toMatch(end), 90_000);
          const { status, error } = await readRun(services, id);
          if (status !== 'completed') expect(error).toMatch(/ENOSPC|full/);
          ends[status as keyof typeof ends]++;
        }
      }
      await closeServices(services);
      return `every run ended without a restart: ${ends.completed} completed; ${ends.failed + ends.interrupted} failed or were interrupted with the reason`;
    },
    { isPossible: canMount },
  );
});
