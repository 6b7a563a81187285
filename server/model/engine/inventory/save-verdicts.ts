import type { EngineName, EngineVerdicts } from '@/lib/config/engines.ts';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import {
  readSavedVerdicts,
  type SavedVerdicts,
  verdictFileIn,
  verdictFingerprint,
  type Workload,
  workloadKey,
} from './verdicts.ts';

export async function saveVerdicts(cacheFolder: string, workload: Workload, verdicts: EngineVerdicts): Promise<void> {
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  await save(cacheFolder, { workloads: { ...workloads, [workloadKey(workload)]: verdicts }, failures });
}

/** Records that an engine failed during a run, so that `auto` no longer selects it for any run. `cpu` is never excluded. */
export async function saveFailure(cacheFolder: string, engine: EngineName, why: string): Promise<void> {
  if (engine === 'cpu') return;
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  await save(cacheFolder, { workloads, failures: { ...failures, [engine]: why } });
}

const save = (cacheFolder: string, saved: SavedVerdicts): Promise<number> =>
  writeAtomically(
    verdictFileIn(cacheFolder),
    `${JSON.stringify({ fingerprint: verdictFingerprint(), ...saved }, null, 2)}\n`,
  );
