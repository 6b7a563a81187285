import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type EngineName, type EngineVerdict, engineNames, engineVerdictSchema } from '@/lib/config/engines.ts';
import { unavailableReason } from '@/server/model/engine/inventory/parts.ts';
import { type Workload, workloadSchema } from '@/server/model/engine/inventory/verdicts.ts';
import { Canceled } from '@/server/model/errors.ts';

/**
 * Checks an engine in a separate process, because a native library may crash, hang, print or compute wrong results. The
 * process computes a graph with known gradients, then times three steps of the run's workload.
 */

/** The only message sent to the process; it replies with a verdict. */
export const checkRequestSchema = z.object({ engine: z.enum(engineNames), workload: workloadSchema });

/** The process's progress message: the known gradients are correct, and the timed steps begin. */
export const checkProgressSchema = z.object({
  is: z.literal('right'),
  device: z.string(),
  threads: z.number().nullable(),
});

/** Number of steps that a check runs; the first is not timed. */
export const measuredSteps = 3;

/** Time limit of a check, including loading and compiling, in milliseconds. */
export const defaultCheckTimeout = 20_000;

interface CheckOptions {
  /** The bundled check, a file that Node can run. */
  entry: string | URL;
  /** Milliseconds. */
  timeout?: number;
  /** Kills the process immediately. */
  signal?: AbortSignal;
}

/**
 * Checks an engine if it is available on this machine. Resolves by the timeout at the latest and leaves no process behind.
 *
 * @throws Canceled if the signal aborts
 */
export async function checkEngine(
  engine: EngineName,
  workload: Workload,
  options: CheckOptions,
): Promise<EngineVerdict> {
  const why = unavailableReason(engine);
  return why ? { is: 'absent', why } : tryEngine(engine, workload, options);
}

/** How a check ended: the first of these events. */
type CheckEnd =
  | { type: 'verdict'; verdict: EngineVerdict }
  | { type: 'timed-out' }
  | { type: 'invalid-message' }
  /** The system refused to start the process, or the signal aborted. */
  | { type: 'not-started'; error: Error }
  | { type: 'crashed'; by: string };

/** Checks an engine without testing first whether it is available. */
export async function tryEngine(
  engine: EngineName,
  workload: Workload,
  { entry, timeout = defaultCheckTimeout, signal }: CheckOptions,
): Promise<EngineVerdict> {
  const child = spawn(process.execPath, [entry instanceof URL ? fileURLToPath(entry) : entry], {
    // stderr is needed only to explain a crash.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0' },
    windowsHide: true,
    signal,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-2000);
  });
  let verdictOnTimeout: EngineVerdict = { is: 'unfit', why: `no verdict within ${timeout / 1000} s` };
  child.send({ engine, workload } satisfies z.infer<typeof checkRequestSchema>, () => {});
  const end = await firstEnd(child, timeout, ({ device, threads }) => {
    // A GPU that exceeds the timeout hangs; a processor is merely slow and still usable.
    if (engine !== 'cpu') return;
    const imagesPerSecond = (measuredSteps * workload.batch_size) / (timeout / 1000);
    verdictOnTimeout = { is: 'able', device, threads, imagesPerSecond };
  });
  switch (end.type) {
    case 'verdict':
      return end.verdict;
    case 'timed-out':
      return verdictOnTimeout;
    case 'invalid-message':
      return { is: 'unfit', why: 'its check sent an invalid verdict. Rebuild: npm run build' };
    case 'not-started':
      if (signal?.aborted) throw new Canceled();
      return { is: 'unfit', why: `its check could not be started: ${end.error.message}` };
    case 'crashed':
      return { is: 'unfit', why: `crashed (${end.by})${lastError(printed)}` };
  }
}

/** Kills the process on the first end event and resolves with it. @param onProgress called if the known gradients are correct */
const firstEnd = (
  child: ChildProcess,
  timeout: number,
  onProgress: (progress: z.infer<typeof checkProgressSchema>) => void,
): Promise<CheckEnd> =>
  new Promise((resolve) => {
    const end = (event: CheckEnd) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('error', onError).off('close', onClose);
      child.on('error', () => {});
      child.kill('SIGKILL');
      resolve(event);
    };
    const onMessage = (message: unknown) => {
      const verdict = engineVerdictSchema.safeParse(message);
      const progress = checkProgressSchema.safeParse(message);
      if (verdict.success) end({ type: 'verdict', verdict: verdict.data });
      else if (progress.success) onProgress(progress.data);
      else end({ type: 'invalid-message' });
    };
    const onError = (error: Error) => end({ type: 'not-started', error });
    const onClose = (code: number | null, signal: NodeJS.Signals | null) =>
      end({ type: 'crashed', by: signal ?? `exit code ${code}` });
    const timer = setTimeout(end, timeout, { type: 'timed-out' } satisfies CheckEnd);
    child.on('message', onMessage).on('error', onError).on('close', onClose);
  });

/** Finds the error in a process's output. Not simply the last line: after an uncaught error, Node prints its version. */
function lastError(printed: string): string {
  const lines = printed.trim().split('\n');
  const line = lines.findLast((each) => /error/i.test(each)) ?? lines.at(-1) ?? '';
  return line ? `: ${line.trim().slice(0, 300)}` : '';
}
