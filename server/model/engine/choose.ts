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
  /** The verdict on every engine that was considered; empty unless the config says `auto`. */
  verdicts: EngineVerdicts;
}

type EngineRequest = Workload & Pick<TrainConfig, 'engine'>;

/**
 * Creates the engine that a config names. `auto` selects the fastest that computes correctly on this machine: if several
 * could run, each is checked once (`check-engine.ts`) and the verdicts are saved in the cache folder.
 *
 * @throws CodedError `engine-missing` if no engine can run
 * @throws Canceled if the signal aborts
 */
export async function chooseEngine(request: EngineRequest, cacheFolder: string, signal?: AbortSignal): Promise<Choice> {
  if (request.engine !== 'auto') return { engine: await createEngine(request.engine), verdicts: {} };
  const verdicts = await judgeEngines(request, cacheFolder, { signal });
  const name = onlyCandidate() ?? fastestEngine(verdicts);
  if (!name) {
    const reasons = Object.entries(verdicts).map(
      ([each, verdict]) => `${each}: ${'why' in verdict ? verdict.why : ''}`,
    );
    throw new CodedError('engine-missing', `No engine can train here. ${reasons.join('; ')}.`);
  }
  return { engine: await createEngine(name), verdicts };
}

/** The bundled check. It is in the folder of the trainer's bundle, which contains this module; tests run the sources. */
const defaultEntry = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/trainer/check-main.mjs' : 'check-main.mjs',
  import.meta.url,
);

interface JudgeOptions {
  /** Checks even a single candidate, which would otherwise be selected without a check. */
  tryAll?: boolean;
  entry?: URL;
  signal?: AbortSignal;
}

/** Returns a verdict on every engine. Saved verdicts for this workload are reused. */
export async function judgeEngines(
  workload: Workload,
  cacheFolder: string,
  { tryAll = false, entry = defaultEntry, signal }: JudgeOptions = {},
): Promise<EngineVerdicts> {
  if (onlyCandidate() && !tryAll) return unavailableEngines();
  const verdicts = readVerdicts(cacheFolder, workload);
  if (engineNames.every((name) => verdicts[name])) return verdicts;
  // Sequentially, because two checks at once would slow each other down.
  for (const name of engineNames) verdicts[name] ??= await checkEngine(name, workload, { entry, signal });
  await saveVerdicts(cacheFolder, workload, verdicts);
  return verdicts;
}

/** The only engine that can run on this machine; null if there are several or none. */
function onlyCandidate(): EngineName | null {
  const [first, ...others] = engineNames.filter((name) => unavailableReason(name) === null);
  return first && others.length === 0 ? first : null;
}
