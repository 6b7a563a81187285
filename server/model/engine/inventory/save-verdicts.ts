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
  await keep(cacheFolder, { workloads: { ...workloads, [workloadKey(workload)]: verdicts }, failures });
}

/** An engine that failed in the middle of a run is not taken again by itself, whatever the run. The processor always may be. */
export async function saveFailure(cacheFolder: string, engine: EngineName, why: string): Promise<void> {
  if (engine === 'cpu') return;
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  await keep(cacheFolder, { workloads, failures: { ...failures, [engine]: why } });
}

const keep = (cacheFolder: string, kept: SavedVerdicts): Promise<number> =>
  writeAtomically(
    verdictFileIn(cacheFolder),
    `${JSON.stringify({ fingerprint: verdictFingerprint(), ...kept }, null, 2)}\n`,
  );
