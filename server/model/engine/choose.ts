import { type EngineName, type EngineVerdicts, engineNames, fastestEngine } from '@/lib/config/engines.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { CodedError } from '@/server/model/errors.ts';
import { checkEngine } from './check/check-engine.ts';
import { createEngine } from './create.ts';
import type { Engine } from './engine.ts';
import { unavailableEngines, unavailableReason } from './inventory/parts.ts';
import { saveVerdicts } from './inventory/save-verdicts.ts';
import type { Workload } from './inventory/verdicts.ts';
import { readVerdicts } from './inventory/verdicts.ts';

export interface Choice {
  engine: Engine;
  /** What is known of the others, and why they were not taken; of `auto` alone. */
  verdicts: EngineVerdicts;
}

type Asked = Workload & Pick<TrainConfig, 'engine'>;

/**
 * The engine that a config asks for; `auto` takes the fastest that computes right here. Where more than one could, each is
 * tried once (`check-engine.ts`), and what was found is kept in the cache folder.
 *
 * @throws CodedError `engine-missing` where there is none
 * @throws Canceled where the signal aborts
 */
export async function chooseEngine(asked: Asked, cacheFolder: string, signal?: AbortSignal): Promise<Choice> {
  if (asked.engine !== 'auto') return { engine: await createEngine(asked.engine), verdicts: {} };
  const verdicts = await judgeEngines(asked, cacheFolder, { signal });
  const name = onlyCandidate() ?? fastestEngine(verdicts);
  if (!name) {
    const reasons = Object.entries(verdicts).map(
      ([each, verdict]) => `${each}: ${'why' in verdict ? verdict.why : ''}`,
    );
    throw new CodedError('engine-missing', `No engine can train here. ${reasons.join('; ')}.`);
  }
  return { engine: await createEngine(name), verdicts };
}

/** The check's bundle lies beside the trainer's, of which this is part; tests run the sources. */
const defaultEntry = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/trainer/check-main.mjs' : 'check-main.mjs',
  import.meta.url,
);

interface JudgeOptions {
  /** Also where only one engine can run here, which needs no trial to be taken. */
  tryAll?: boolean;
  entry?: URL;
  signal?: AbortSignal;
}

/** A verdict on every engine; those in the cache folder are used where they are enough. */
export async function judgeEngines(
  asked: Workload,
  cacheFolder: string,
  { tryAll = false, entry = defaultEntry, signal }: JudgeOptions = {},
): Promise<EngineVerdicts> {
  if (onlyCandidate() && !tryAll) return unavailableEngines();
  const verdicts = readVerdicts(cacheFolder, asked);
  if (engineNames.every((name) => verdicts[name])) return verdicts;
  // One after the other: two at once would slow each other down.
  for (const name of engineNames) verdicts[name] ??= await checkEngine(name, asked, { entry, signal });
  await saveVerdicts(cacheFolder, asked, verdicts);
  return verdicts;
}

/** Where only one engine can run here there is nothing to choose, and nothing to try. */
function onlyCandidate(): EngineName | null {
  const [first, ...others] = engineNames.filter((name) => unavailableReason(name) === null);
  return first && others.length === 0 ? first : null;
}
