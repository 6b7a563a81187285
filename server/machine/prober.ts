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

/** A probe is aborted after this time, which includes checking the engines if necessary. Milliseconds. */
const timeout = 60_000;

/** `busy`: a run is training. A probe would slow it down, and the run would distort the measurement. */
export type ProbeOutcome = 'measured' | 'busy' | 'failed';

/** Measures how fast this machine is for kinds of configs that no run has had yet: one at a time, while no run trains. */
export class Prober {
  private current: { abort(): void; done: Promise<ProbeOutcome> } | null = null;
  private isClosed = false;
  private readonly unsubscribe: () => void;

  constructor(private readonly context: Pick<BaseContext, 'env' | 'db' | 'bus'>) {
    // A run must not wait for a probe.
    this.unsubscribe = context.bus.subscribe(({ progress }) => {
      if (this.current && !progress && this.isTraining()) this.current.abort();
    });
  }

  /** Measures the speed of a run with this config unless it is already known. */
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
    this.current?.abort();
    await this.current?.done;
  }

  private start(config: TrainConfig): NonNullable<Prober['current']> {
    let measured: Speed[] | null = null;
    let outcomeIfUnmeasured: ProbeOutcome = 'failed';
    const { paths } = this.context.env;
    const trainer = startTrainer({
      entry: this.context.env.trainerEntry,
      command: { type: 'probe', config, cache: paths.cache, cacheLimit: paths.cacheLimit },
      logFile: os.devNull,
      timeout: this.context.env.trainerTimeout,
      onEvent: (event) => {
        if (event.type === 'measured') measured = event.speeds;
      },
    });
    const timer = setTimeout(() => trainer.cancel(), timeout);
    const done = trainer.ended.then((end): ProbeOutcome => {
      clearTimeout(timer);
      this.current = null;
      if (end.type !== 'completed' || !measured) return outcomeIfUnmeasured;
      const { threads, ...machine } = thisMachine(this.context.env.paths.cache);
      const row = { at: Date.now(), ...machine, threads: threads ?? 0, speeds: measured };
      this.context.db.insert(probes).values(row).run();
      return this.isKnown(config) ? 'measured' : 'failed';
    });
    const abort = () => {
      outcomeIfUnmeasured = 'busy';
      trainer.cancel();
    };
    return { abort, done };
  }

  private isKnown(config: TrainConfig): boolean {
    const { speeds, kept, cacheLimit } = readSpeeds(this.context);
    // The number of images does not affect which speeds are needed.
    const size = builtInDatasets.cifar10.size;
    return estimateRun(config, { size, speeds, cached: findCached(config, kept, cacheLimit) })?.isMeasured === true;
  }

  private isTraining = (): boolean =>
    this.context.db.select({ id: runs.id }).from(runs).where(eq(runs.status, 'running')).get() !== undefined;
}
