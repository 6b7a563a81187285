import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { fault } from './fault.test-helper.ts';

/** Bytes that the trainer may have, and a little for Node to start in. */
const limit = 256 * 2 ** 20;

/** Where Linux bounds the memory of groups of processes, and what the bound is called: in its first version and its second. */
const places = [
  { root: '/sys/fs/cgroup/memory', bound: 'memory.limit_in_bytes' },
  { root: '/sys/fs/cgroup', bound: 'memory.max' },
];
const group = `transfer-lab-${process.pid}`;
const cgroup = makeGroup();

/** @returns the folder of a group of our own; null where none can be made */
function makeGroup(): string | null {
  for (const { root, bound } of places) {
    const folder = path.join(root, group);
    try {
      mkdirSync(folder);
      if (existsSync(path.join(folder, bound))) {
        writeFileSync(path.join(folder, bound), String(limit));
        return folder;
      }
      rmdirSync(folder);
    } catch {
      // Not for this user, or the other version.
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

/** It is empty a moment after its last process is gone. */
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
    'the trainer in a cgroup of 256 MB that it fills; the kernel kills it',
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
    { canBe: cgroup !== null },
  );
});
