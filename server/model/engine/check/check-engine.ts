import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type EngineName, type EngineVerdict, engineNames, engineVerdictSchema } from '@/lib/config/engines.ts';
import { unavailableReason } from '@/server/model/engine/inventory/parts.ts';
import { type Workload, workloadSchema } from '@/server/model/engine/inventory/verdicts.ts';
import { Canceled } from '@/server/model/errors.ts';

/**
 * Tries an engine in a process of its own, since a native library may crash, hang, print or compute wrongly. That process
 * computes a graph whose gradients are known, then three steps of the run's own work.
 */

/** The one message that the process gets; its answer is a verdict. */
export const checkOrderSchema = z.object({ engine: z.enum(engineNames), workload: workloadSchema });

/** Its message in between: the known gradients are right, and the run's own work begins. */
export const checkProgressSchema = z.object({
  is: z.literal('right'),
  device: z.string(),
  threads: z.number().nullable(),
});

/** Steps of the run's work; the first one is not counted. */
export const measuredSteps = 3;

/** How long a check may take: loading, compiling and three steps. Milliseconds. */
export const defaultTrainerTimeout = 20_000;

interface CheckOptions {
  /** The bundled check, a file that Node can run. */
  entry: string | URL;
  patience?: number;
  /** Ends it at once. */
  signal?: AbortSignal;
}

/**
 * Resolves at the latest when the process has had its time, and leaves none behind.
 *
 * @throws Canceled if the signal aborts
 */
export async function checkEngine(
  engine: EngineName,
  workload: Workload,
  options: CheckOptions,
): Promise<EngineVerdict> {
  const absence = unavailableReason(engine);
  return absence ? { is: 'absent', why: absence } : tryEngine(engine, workload, options);
}

/** What ends a check: whichever comes first. */
type CheckEnd =
  | { type: 'verdict'; verdict: EngineVerdict }
  | { type: 'late' }
  | { type: 'no-verdict' }
  /** The system refused to start it, or the signal ended it. */
  | { type: 'not-started'; error: Error }
  | { type: 'crashed'; by: string };

/** The same without a look at what is installed. */
export async function tryEngine(
  engine: EngineName,
  workload: Workload,
  { entry, patience = defaultTrainerTimeout, signal }: CheckOptions,
): Promise<EngineVerdict> {
  const child = spawn(process.execPath, [entry instanceof URL ? fileURLToPath(entry) : entry], {
    // The output of native libraries matters only if they end the process.
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
  /** The verdict if the time runs out now. */
  let slow: EngineVerdict | null = null;
  child.send({ engine, workload } satisfies z.infer<typeof checkOrderSchema>, () => {});
  const end = await firstEnd(child, patience, ({ device, threads }) => {
    // A GPU that takes so long hangs; a processor is slow, and still usable.
    if (engine !== 'cpu') return;
    const imagesPerSecond = (measuredSteps * workload.batch_size) / (patience / 1000);
    slow = { is: 'able', device, threads, imagesPerSecond };
  });
  switch (end.type) {
    case 'verdict':
      return end.verdict;
    case 'late':
      return slow ?? { is: 'unfit', why: `no answer within ${patience / 1000} s` };
    case 'no-verdict':
      return { is: 'unfit', why: 'its check sent something that is no verdict. Rebuild: npm run build' };
    case 'not-started':
      if (signal?.aborted) throw new Canceled();
      return { is: 'unfit', why: `its check could not be started: ${end.error.message}` };
    case 'crashed':
      return { is: 'unfit', why: `crashed (${end.by})${lastError(printed)}` };
  }
}

/** Resolves once, and kills the process. @param onProgress called when the known gradients are right */
const firstEnd = (
  child: ChildProcess,
  patience: number,
  onProgress: (progress: z.infer<typeof checkProgressSchema>) => void,
): Promise<CheckEnd> =>
  new Promise((resolve) => {
    const end = (how: CheckEnd) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('error', onError).off('close', onClose);
      child.on('error', () => {});
      child.kill('SIGKILL');
      resolve(how);
    };
    const onMessage = (message: unknown) => {
      const verdict = engineVerdictSchema.safeParse(message);
      const progress = checkProgressSchema.safeParse(message);
      if (verdict.success) end({ type: 'verdict', verdict: verdict.data });
      else if (progress.success) onProgress(progress.data);
      else end({ type: 'no-verdict' });
    };
    const onError = (error: Error) => end({ type: 'not-started', error });
    const onClose = (code: number | null, signal: NodeJS.Signals | null) =>
      end({ type: 'crashed', by: signal ?? `exit code ${code}` });
    const timer = setTimeout(end, patience, { type: 'late' } satisfies CheckEnd);
    child.on('message', onMessage).on('error', onError).on('close', onClose);
  });

/** The line of an error among what a process printed: the last line of an uncaught one is Node's version. */
function lastError(printed: string): string {
  const lines = printed.trim().split('\n');
  const line = lines.findLast((each) => /error/i.test(each)) ?? lines.at(-1) ?? '';
  return line ? `: ${line.trim().slice(0, 300)}` : '';
}
