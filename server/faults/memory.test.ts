import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { fault } from './fault.test-helper.ts';

/** Memory limit of the trainer in bytes, enough for Node to start. */
const limit = 256 * 2 ** 20;

/** The memory controller of Linux cgroups and its limit file, in versions 1 and 2. */
const controllers = [
  { root: '/sys/fs/cgroup/memory', limitFile: 'memory.limit_in_bytes' },
  { root: '/sys/fs/cgroup', limitFile: 'memory.max' },
];
const group = `transfer-lab-${process.pid}`;
const cgroup = createGroup();

/** @returns the folder of a new cgroup; null if none can be created */
function createGroup(): string | null {
  for (const { root, limitFile } of controllers) {
    const folder = path.join(root, group);
    try {
      mkdirSync(folder);
      if (existsSync(path.join(folder, limitFile))) {
        writeFileSync(path.join(folder, limitFile), String(limit));
        return folder;
      }
      rmdirSync(folder);
    } catch {
      // Not permitted for this user, or the other version is in use.
    }
  }
  return null;
}

beforeEach(() => {
  process.env.FAULTS_CGROUP = cgroup ?? '';
});
afterEach(async () => {
  delete process.env.FAULTS_CGROUP;
  if (cgroup) await removeGroup(cgroup);
});

/** Retries, because a cgroup becomes empty only shortly after its last process has exited. */
async function removeGroup(folder: string): Promise<void> {
  for (;;) {
    try {
      return rmdirSync(folder);
    } catch {
      await sleep(100);
    }
  }
}

describe('memory', () => {
  fault(
    'memory runs out',
    'the trainer fills a cgroup of 256 MB and is killed by the kernel',
    async () => {
      const entry = path.join(import.meta.dirname, 'fixtures', 'hungry-trainer.mjs');
      const services = openServices(undefined, { TRAINER_ENTRY: entry });
      const id = await startScene(services, 'hungry');
      await until(services, id, 'failed');
      const run = await readRun(services, id);
      expect(run.error).toMatch(/killed the trainer because memory ran out.*smaller batch size/);
      const end = run.events.at(-1)!.event;
      expect(end).toMatchObject({ type: 'failed', code: 'out-of-memory' });
      return `the run fails: "${run.error}"`;
    },
    { isPossible: cgroup !== null },
  );
});
