import os from 'node:os';
import { type EngineVerdicts, fastestEngine } from '@/lib/config/engines.ts';
import { unavailableEngines } from '@/server/model/engine/inventory/parts.ts';
import { processorName } from '@/server/model/engine/inventory/processor.ts';
import { readAllVerdicts } from '@/server/model/engine/inventory/verdicts.ts';

/** What trains here: the name of the engine, and what it runs on, as the engine reports them. */
export interface Machine {
  engine: string;
  device: string;
  /** Null where that is not the engine's to say. */
  threads: number | null;
}

/** The engine that `auto` takes, as far as that is known; before anything was tried, the processor. */
export function thisMachine(cacheFolder: string): Machine {
  const verdicts = readAllVerdicts(cacheFolder);
  const engine = fastestEngine(verdicts);
  const verdict = engine ? verdicts[engine] : undefined;
  if (engine && verdict?.is === 'able') return { engine, device: verdict.device, threads: verdict.threads };
  return { engine: 'cpu', device: processorName(), threads: os.availableParallelism() };
}

/** What `auto` takes, and why not another: from what was tried so far, and what is installed. Tries nothing. */
export const readEngines = (cacheFolder: string): { machine: Machine; verdicts: EngineVerdicts } => ({
  machine: thisMachine(cacheFolder),
  verdicts: { ...unavailableEngines(), ...readAllVerdicts(cacheFolder) },
});
