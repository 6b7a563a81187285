import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type EngineVerdicts, engineNames, engineVerdictsSchema } from '@/lib/config/engines.ts';
import { backboneSchema } from '@/lib/network/backbones.ts';
import { partsFingerprint } from './parts.ts';

/**
 * What checks of this machine's engines found, kept in the cache folder until a package, the system or the hardware
 * changes, or a run fails on one of them. For Node alone.
 */

/** What an engine is tried with: a run's own size and batch. */
export const workloadSchema = z.object({
  backbone: backboneSchema,
  image_size: z.number().int(),
  n_unfreeze: z.number().int(),
  batch_size: z.number().int(),
});
export type Workload = z.infer<typeof workloadSchema>;

const workloadsSchema = z.record(z.string(), engineVerdictsSchema);
const failuresSchema = z.partialRecord(z.enum(engineNames), z.string());
const keptSchema = z.object({
  workloads: workloadsSchema,
  /** Engines that failed in the middle of a run, and why: they are not taken by themselves, whatever the run. */
  failures: failuresSchema.default({}),
});
export type SavedVerdicts = z.infer<typeof keptSchema>;
const fileSchema = keptSchema.extend({ fingerprint: z.string() });

export const verdictFileIn = (cacheFolder: string): string => path.join(cacheFolder, 'engines.json');
export const workloadKey = ({ backbone, image_size, n_unfreeze, batch_size }: Workload): string =>
  `${backbone} ${image_size}px n${n_unfreeze} b${batch_size}`;

/** Of what verdicts hold for: as long as it is the same, they stand. */
export const verdictFingerprint = (): string =>
  createHash('sha256').update(partsFingerprint().join('\0')).digest('hex').slice(0, 16);

/** Cheap where nothing was ever tried: the server asks every few seconds. */
export function readSavedVerdicts(cacheFolder: string): SavedVerdicts {
  const nothing = { workloads: {}, failures: {} };
  try {
    const { fingerprint, ...kept } = fileSchema.parse(JSON.parse(readFileSync(verdictFileIn(cacheFolder), 'utf8')));
    return fingerprint === verdictFingerprint() ? kept : nothing;
  } catch {
    // Not there, or not ours: it is made anew.
    return nothing;
  }
}

export function readVerdicts(cacheFolder: string, workload: Workload): EngineVerdicts {
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  return { ...workloads[workloadKey(workload)], ...unfitBy(failures) };
}

/** What is known of each engine, whatever it was checked with: the last check counts. */
export function readAllVerdicts(cacheFolder: string): EngineVerdicts {
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  return Object.assign({}, ...Object.values(workloads), unfitBy(failures));
}

const unfitBy = (failures: SavedVerdicts['failures']): EngineVerdicts =>
  Object.fromEntries(Object.entries(failures).map(([name, why]) => [name, { is: 'unfit', why }]));
