import type { EngineName, EngineVerdicts } from '@/lib/config/engines.ts';
import { writeWhole } from '@/server/model/files/write-whole.ts';
import {
  type KeptVerdicts,
  readKeptVerdicts,
  verdictFileIn,
  verdictFingerprint,
  type Workload,
  workloadKey,
} from './verdicts.ts';

export async function keepVerdicts(cacheFolder: string, workload: Workload, verdicts: EngineVerdicts): Promise<void> {
  const { workloads, failures } = readKeptVerdicts(cacheFolder);
  await keep(cacheFolder, { workloads: { ...workloads, [workloadKey(workload)]: verdicts }, failures });
}

/** An engine that failed in the middle of a run is not taken again by itself, whatever the run. The processor always may be. */
export async function keepFailure(cacheFolder: string, engine: EngineName, why: string): Promise<void> {
  if (engine === 'cpu') return;
  const { workloads, failures } = readKeptVerdicts(cacheFolder);
  await keep(cacheFolder, { workloads, failures: { ...failures, [engine]: why } });
}

const keep = (cacheFolder: string, kept: KeptVerdicts): Promise<number> =>
  writeWhole(
    verdictFileIn(cacheFolder),
    `${JSON.stringify({ fingerprint: verdictFingerprint(), ...kept }, null, 2)}\n`,
  );
