import os from 'node:os';
import { eq } from 'drizzle-orm';
import { probes, runs } from '@/drizzle/schema.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { builtInDatasets } from '@/lib/data/datasets.ts';
import type { Speed } from '@/lib/work/estimate.ts';
import { estimateRun, findCached } from '@/lib/work/estimate.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { startTrainer } from '@/server/runs/queue/trainer-process.ts';
import { thisMachine } from './machine.ts';
import { readSpeeds } from './read-speeds.ts';

/** A probe is given up after this: its steps are longer than anybody waits for. Engines may have to be tried first. Milliseconds. */
const patience = 60_000;

/** `busy`: a run trains, which a probe would slow down and which would spoil its figures. */
export type ProbeOutcome = 'measured' | 'busy' | 'failed';

/** Measures this machine for configs of a kind that no run has shown yet, one at a time, while nothing trains. */
export class Prober {
  private current: { makeWay(): void; done: Promise<ProbeOutcome> } | null = null;
  private isClosed = false;
  private readonly unsubscribe: () => void;

  constructor(private readonly parts: Pick<BaseContext, 'env' | 'db' | 'bus'>) {
    // A run does not wait for a probe.
    this.unsubscribe = parts.bus.subscribe(({ progress }) => {
      if (this.current && !progress && this.isTraining()) this.current.makeWay();
    });
  }

  /** Makes sure that the speed of a run with this config is known; at once where it is. */
  async probe(config: TrainConfig): Promise<ProbeOutcome> {
    while (this.current) await this.current.done;
    if (this.isKnown(config)) return 'measured';
    if (this.isClosed || this.isTraining()) return 'busy';
    this.current = this.start(config);
    return this.current.done;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.unsubscribe();
    this.current?.makeWay();
    await this.current?.done;
  }

  private start(config: TrainConfig): NonNullable<Prober['current']> {
    let measured: Speed[] | null = null;
    let unmeasured: ProbeOutcome = 'failed';
    const { paths } = this.parts.env;
    const trainer = startTrainer({
      entry: this.parts.env.trainerEntry,
      command: { type: 'probe', config, cache: paths.cache, cacheLimit: paths.cacheLimit },
      logFile: os.devNull,
      patience: this.parts.env.trainerTimeout,
      onEvent: (event) => {
        if (event.type === 'measured') measured = event.speeds;
      },
    });
    const timer = setTimeout(() => trainer.cancel(), patience);
    const done = trainer.ended.then((end): ProbeOutcome => {
      clearTimeout(timer);
      this.current = null;
      if (end.type !== 'completed' || !measured) return unmeasured;
      const { threads, ...machine } = thisMachine(this.parts.env.paths.cache);
      const row = { at: Date.now(), ...machine, threads: threads ?? 0, speeds: measured };
      this.parts.db.insert(probes).values(row).run();
      return this.isKnown(config) ? 'measured' : 'failed';
    });
    const makeWay = () => {
      unmeasured = 'busy';
      trainer.cancel();
    };
    return { makeWay, done };
  }

  private isKnown(config: TrainConfig): boolean {
    const { speeds, kept, cacheLimit } = readSpeeds(this.parts);
    // Whether speeds are known does not depend on how many images there are.
    const size = builtInDatasets.cifar10.size;
    return estimateRun(config, { size, speeds, cached: findCached(config, kept, cacheLimit) })?.isMeasured === true;
  }

  private isTraining = (): boolean =>
    this.parts.db.select({ id: runs.id }).from(runs).where(eq(runs.status, 'running')).get() !== undefined;
}
