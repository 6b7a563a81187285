import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { isAlive } from '@/server/model/files/is-alive.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { deleteRun } from '@/server/runs/commands/delete.ts';
import { extendRun } from '@/server/runs/commands/extend.ts';
import { resumeRun } from '@/server/runs/commands/resume.ts';
import { updateRun } from '@/server/runs/commands/update.ts';
import { pidsOf, startScene } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { fault, random, times } from './fault.test-helper.ts';

/** Scenes of the scripted trainer: some end, some train until they are canceled, some crash. */
const scenes = ['completes', 'waits', 'is killed', 'is killed twice', 'throws', 'ignores cancel', 'reports a failure'];
/** At most so many runs exist, so that commands meet. */
const maxRuns = 8;
/** Number of actions after which every run must be able to end. */
const actionsPerRound = 25;

const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;
const rowsOf = ({ db }: Context) => db.select().from(runs).all();

class Walk {
  private readonly runOfPid = new Map<number, string>();
  private readonly pending: Promise<unknown>[] = [];
  private isFull = false;

  constructor(private readonly services: Context) {}

  act(): string {
    const { services } = this;
    const id = pick(rowsOf(services))?.id;
    const name = pick(['start', 'start', 'cancel', 'delete', 'resume', 'extend', 'update', 'kill', 'fill', 'empty']);
    if (name === 'fill') this.setFull(random.integer(3) === 0);
    else if (name === 'empty') this.setFull(false);
    else if (name === 'start') {
      if (rowsOf(services).length < maxRuns) this.run(() => startScene(services, pick(scenes)));
    } else if (id === undefined) return 'nothing';
    else if (name === 'cancel') this.run(async () => cancelRun(services, id));
    else if (name === 'delete') this.run(() => deleteRun(services, id));
    else if (name === 'resume') this.run(() => resumeRun(services, id));
    else if (name === 'extend') this.extend(id);
    else if (name === 'update') this.run(async () => updateRun(services, id, { notes: 'new' }));
    else for (const pid of this.alivePids(id)) process.kill(pid, 'SIGKILL');
    return name;
  }

  /** Checks what must be true at every moment. */
  check(): void {
    const rows = rowsOf(this.services);
    expect(rows.filter(({ status }) => status === 'running').length).toBeLessThanOrEqual(1);
    for (const { id } of rows) this.alivePids(id);
    const working = [...this.runOfPid].filter(([pid]) => isAlive(pid)).map(([, id]) => id);
    expect(working.length).toBeLessThanOrEqual(1);
    for (const id of working) expect(rows.map((row) => row.id)).toContain(id);
  }

  /** Checks that nothing is stuck: every run ends once the disk has space and the runs that train endlessly are canceled. */
  async settle(): Promise<void> {
    this.setFull(false);
    await Promise.all(this.pending.splice(0));
    await vi.waitFor(
      () => {
        const rows = rowsOf(this.services);
        const current = rows.find(({ status }) => status === 'running');
        if (current && ['waits', 'ignores cancel'].includes(current.config.name)) cancelRun(this.services, current.id);
        const isOpen = rows.filter(
          (row) => ['queued', 'running', 'interrupted'].includes(row.status) || row.exportPending,
        );
        expect(isOpen.map(({ id, status }) => [id, status])).toEqual([]);
        for (const { id } of rows) this.alivePids(id);
        expect([...this.runOfPid.keys()].filter(isAlive)).toEqual([]);
      },
      { timeout: 120_000, interval: 50 },
    );
  }

  /** The scripted trainer writes no checkpoint. */
  private extend(id: string): void {
    const folder = path.join(this.services.env.paths.results, id);
    if (existsSync(folder)) writeFileSync(path.join(folder, 'checkpoint.safetensors'), '');
    this.run(async () => extendRun(this.services, id, 1));
  }

  /** Refused commands are part of the walk; any other error is a failure, unless the disk is full. */
  private run(command: () => Promise<unknown>): void {
    const wasFull = this.isFull;
    const check = (error: unknown) => {
      if (!(error instanceof AppError) && !wasFull && !this.isFull) throw error;
    };
    this.pending.push(command().catch(check));
  }

  private setFull(isFull: boolean): void {
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    const { $client } = this.services.db;
    if (!isFull) $client.exec('DROP TRIGGER full');
    else $client.exec(`CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
  }

  private alivePids(id: string): number[] {
    if (!existsSync(path.join(this.services.env.paths.results, id, 'trainer.log'))) return [];
    const pids = pidsOf(this.services, id);
    for (const pid of pids) this.runOfPid.set(pid, id);
    return pids.filter(isAlive);
  }
}

describe('a random walk', () => {
  fault(
    'random commands, killed trainers and a full database',
    'in random order, with a scripted trainer',
    async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {});
      const walk = new Walk(openServices());
      const actions = times(2000, 50);
      for (let action = 1; action <= actions; action++) {
        walk.act();
        walk.check();
        await sleep(random.uniform(0, 60));
        walk.check();
        if (action % actionsPerRound === 0) await walk.settle();
      }
      return `${actions} actions; every run ended, and no trainer was left`;
    },
  );
});
