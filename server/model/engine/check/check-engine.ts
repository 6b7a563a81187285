import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type EngineName, type EngineVerdict, engineNames, engineVerdictSchema } from '@/lib/config/engines.ts';
import { absenceOf } from '@/server/model/engine/inventory/parts.ts';
import { type Workload, workloadSchema } from '@/server/model/engine/inventory/verdicts.ts';
import { Canceled } from '@/server/model/errors.ts';

/**
 * Tries an engine in a process of its own, since a native library may crash, hang, print or compute wrongly. That process
 * computes a graph whose gradients are known, then three steps of the run's own work.
 */

/** What the process is asked, by its one message; its answer is a verdict. */
export const checkOrderSchema = z.object({ engine: z.enum(engineNames), workload: workloadSchema });

/** What it says in between: the known gradients are right, and the run's own work begins. */
export const checkProgressSchema = z.object({
  is: z.literal('right'),
  device: z.string(),
  threads: z.number().nullable(),
});

/** Of the run's work, the first one not counted. */
export const measuredSteps = 3;

/** How long a check may take: loading, compiling and three steps. Milliseconds. */
export const defaultPatience = 20_000;

interface CheckOptions {
  /** The bundled check, a file that Node can run. */
  entry: string | URL;
  patience?: number;
  /** Ends it at once. */
  signal?: AbortSignal;
}

/**
 * Comes to an end at the latest when the process has had its time; leaves none.
 *
 * @throws Canceled where the signal aborts
 */
export async function checkEngine(
  engine: EngineName,
  workload: Workload,
  options: CheckOptions,
): Promise<EngineVerdict> {
  const absence = absenceOf(engine);
  return absence ? { is: 'absent', why: absence } : tryEngine(engine, workload, options);
}

/** The same without a look at what is installed. */
export function tryEngine(
  engine: EngineName,
  workload: Workload,
  { entry, patience = defaultPatience, signal }: CheckOptions,
): Promise<EngineVerdict> {
  const child = spawn(process.execPath, [entry instanceof URL ? fileURLToPath(entry) : entry], {
    // What native libraries print is nobody's concern here, unless they end the process.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0' },
    windowsHide: true,
    signal,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-2000);
  });
  /** What it comes to if it is no faster than its time allows. */
  let slow: EngineVerdict | null = null;
  return new Promise((resolve, reject) => {
    const end = (verdict: EngineVerdict) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(verdict);
    };
    const unfit = (why: string) => end({ is: 'unfit', why });
    const late = () => (slow ? end(slow) : unfit(`no answer within ${patience / 1000} s`));
    const timer = setTimeout(late, patience);
    child.on('message', (message) => {
      const verdict = engineVerdictSchema.safeParse(message);
      const progress = checkProgressSchema.safeParse(message);
      if (verdict.success) end(verdict.data);
      else if (!progress.success) unfit('its check said something that is no verdict. Rebuild: npm run build');
      // A GPU that takes so long hangs; a processor is slow, and still what there is.
      else if (engine === 'cpu') {
        const { device, threads } = progress.data;
        const imagesPerSecond = (measuredSteps * workload.batch_size) / (patience / 1000);
        slow = { is: 'able', device, threads, imagesPerSecond };
      }
    });
    child.on('error', (error) => {
      if (signal?.aborted) reject(new Canceled());
      unfit(`its check could not be started: ${error.message}`);
    });
    child.on('close', (code, signal) => {
      const lines = printed.trim().split('\n');
      // Node's own last line of an uncaught error is its version.
      const telling = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
      unfit(`crashed (${signal ?? `exit code ${code}`})${telling ? `: ${telling.trim().slice(0, 300)}` : ''}`);
    });
    child.send({ engine, workload } satisfies z.infer<typeof checkOrderSchema>, () => {});
  });
}
