import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import type { RunEvent } from '@/lib/run/events.ts';

interface ReceivedEvent {
  runId: string;
  id: number;
  event: RunEvent;
}

/** A server without pages in its own process, and the events that a subscriber received from it. */
export class BareServer {
  /** All events received, in order. Each was thereby acknowledged to a client. */
  readonly received: ReceivedEvent[] = [];
  private child: ChildProcess | null = null;
  private readonly waiters = new Set<() => void>();
  private startedId: string | null = null;

  constructor(
    readonly folder: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** Starts the server, or restarts it after a kill. */
  async start(): Promise<void> {
    const file = path.join(import.meta.dirname, 'fixtures', 'bare-server.mjs');
    const child = spawn(process.execPath, ['--import', 'tsx', file, this.folder], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...this.environment },
    });
    this.child = child;
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (message: Partial<ReceivedEvent> & { started?: string; ready?: boolean }) => {
        if (message.ready) resolve();
        else if (message.started) this.startedId = message.started;
        else this.received.push(message as ReceivedEvent);
        for (const wake of this.waiters) wake();
      });
      child.once('exit', (code) => reject(new Error(`The server exited with code ${code}.`)));
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

  /** Resolves when the condition is met. It is checked after every message and periodically. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.waiters.add(resolve);
        setTimeout(resolve, 200).unref();
      });
      this.waiters.clear();
    }
  }

  /** Kills the server immediately. */
  async kill(): Promise<void> {
    const exited = once(this.child!, 'exit');
    this.child!.kill('SIGKILL');
    await exited;
  }

  /** @returns the process id of the run's current trainer; null if there is none */
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
    // Already exited.
  }
}
