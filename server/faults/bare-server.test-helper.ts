import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import type { RunEvent } from '@/lib/run/events.ts';

interface Told {
  runId: string;
  id: number;
  event: RunEvent;
}

/** A server without pages in a process of its own, and what a subscriber of its received. */
export class BareServer {
  /** Received, in order: what was acknowledged to somebody. */
  readonly received: Told[] = [];
  private child: ChildProcess | null = null;
  private readonly waiting = new Set<() => void>();
  private startedId: string | null = null;

  constructor(
    readonly folder: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** Begins, or comes back after a kill. */
  async start(): Promise<void> {
    const file = path.join(import.meta.dirname, 'fixtures', 'bare-server.mjs');
    const child = spawn(process.execPath, ['--import', 'tsx', file, this.folder], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...this.environment },
    });
    this.child = child;
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (message: Partial<Told> & { started?: string; ready?: boolean }) => {
        if (message.ready) resolve();
        else if (message.started) this.startedId = message.started;
        else this.received.push(message as Told);
        for (const wake of this.waiting) wake();
      });
      child.once('exit', (code) => reject(new Error(`The server ended with code ${code}.`)));
    });
    await ready;
  }

  async startRun(config: TrainConfigInput): Promise<string> {
    this.startedId = null;
    this.child!.send({ start: config });
    await this.until(() => this.startedId !== null);
    return this.startedId!;
  }

  cancel = (runId: string): void => void this.child!.send({ cancel: runId });

  /** Resolves when what was received says so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
        setTimeout(resolve, 200).unref();
      });
      this.waiting.clear();
    }
  }

  /** Ends it at once, with no chance to say a word. */
  async kill(): Promise<void> {
    const gone = once(this.child!, 'exit');
    this.child!.kill('SIGKILL');
    await gone;
  }

  /** The process that trains a run now; null where none does. */
  trainerOf(runId: string): number | null {
    try {
      const log = readFileSync(path.join(this.folder, 'results', runId, 'trainer.log'), 'utf8');
      const pids = [...log.matchAll(/^pid (\d+)$/gm)];
      return Number(pids.at(-1)?.[1]) || null;
    } catch {
      return null;
    }
  }
}

export function killProcess(pid: number | null, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === null) return;
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
