import {
  readWorkloads,
  type VerdictsByWorkload,
  verdictFileIn,
  verdictFingerprint,
  type Workload,
  workloadKey,
} from '../../../lib/engine-verdicts.ts';
import type { EngineName, EngineVerdict, EngineVerdicts } from '../../../lib/engines.ts';
import { writeWhole } from '../export/write-whole.ts';

export async function keepVerdicts(cacheFolder: string, workload: Workload, verdicts: EngineVerdicts): Promise<void> {
  const { [workloadKey(workload)]: _, ...others } = readWorkloads(cacheFolder);
  await keep(cacheFolder, { ...others, [workloadKey(workload)]: verdicts });
}

/** An engine that failed in the middle of a run is not taken again by itself, whatever the run. The processor always may be. */
export async function keepFailure(cacheFolder: string, engine: EngineName, why: string): Promise<void> {
  if (engine === 'cpu') return;
  const unfit: EngineVerdict = { is: 'unfit', why };
  const workloads = Object.entries(readWorkloads(cacheFolder)).map(([key, verdicts]): [string, EngineVerdicts] => [
    key,
    { ...verdicts, [engine]: unfit },
  ]);
  await keep(cacheFolder, Object.fromEntries(workloads));
}

const keep = (cacheFolder: string, workloads: VerdictsByWorkload): Promise<number> =>
  writeWhole(
    verdictFileIn(cacheFolder),
    `${JSON.stringify({ fingerprint: verdictFingerprint(), workloads }, null, 2)}\n`,
  );
