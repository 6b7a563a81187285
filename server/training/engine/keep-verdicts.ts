import { readVerdictFile, verdictFileIn, type Workload, workloadKey } from '../../../lib/engine-verdicts.ts';
import type { EngineName, EngineVerdict, EngineVerdicts } from '../../../lib/engines.ts';
import { writeWhole } from '../export/write-whole.ts';

export async function keepVerdicts(cacheFolder: string, workload: Workload, verdicts: EngineVerdicts): Promise<void> {
  const file = readVerdictFile(cacheFolder);
  const { [workloadKey(workload)]: _, ...others } = file.workloads;
  const workloads = { ...others, [workloadKey(workload)]: verdicts };
  await writeWhole(verdictFileIn(cacheFolder), `${JSON.stringify({ ...file, workloads }, null, 2)}\n`);
}

/** An engine that failed in the middle of a run is not taken again by itself, whatever the run. The processor always may be. */
export async function keepFailure(cacheFolder: string, engine: EngineName, why: string): Promise<void> {
  if (engine === 'cpu') return;
  const file = readVerdictFile(cacheFolder);
  const unfit: EngineVerdict = { is: 'unfit', why };
  const workloads = Object.fromEntries(
    Object.entries(file.workloads).map(([key, verdicts]) => [key, { ...verdicts, [engine]: unfit }]),
  );
  await writeWhole(verdictFileIn(cacheFolder), `${JSON.stringify({ ...file, workloads }, null, 2)}\n`);
}
