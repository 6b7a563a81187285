import os from 'node:os';
import { type EngineVerdicts, fastestEngine } from '@/lib/config/engines.ts';
import { unavailableEngines } from '@/server/model/engine/inventory/parts.ts';
import { processorName } from '@/server/model/engine/inventory/processor.ts';
import { readAllVerdicts } from '@/server/model/engine/inventory/verdicts.ts';

/** The engine that trains on this machine and its hardware, as the engine reports them. */
export interface Machine {
  engine: string;
  device: string;
  /** Null if the engine reports none. */
  threads: number | null;
}

/** The engine that `auto` selects according to the checks so far; `cpu` if nothing was checked yet. */
export function thisMachine(cacheFolder: string): Machine {
  const verdicts = readAllVerdicts(cacheFolder);
  const engine = fastestEngine(verdicts);
  const verdict = engine ? verdicts[engine] : undefined;
  if (engine && verdict?.is === 'able') return { engine, device: verdict.device, threads: verdict.threads };
  return { engine: 'cpu', device: processorName(), threads: os.availableParallelism() };
}

/** The engine that `auto` selects and the result for every engine, from earlier checks and installed packages. Runs no check. */
export const readEngines = (cacheFolder: string): { machine: Machine; verdicts: EngineVerdicts } => ({
  machine: thisMachine(cacheFolder),
  verdicts: { ...unavailableEngines(), ...readAllVerdicts(cacheFolder) },
});
