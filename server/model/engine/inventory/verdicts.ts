import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type EngineVerdicts, engineNames, engineVerdictsSchema } from '@/lib/config/engines.ts';
import { backboneSchema } from '@/lib/network/backbone-schema.ts';
import { environmentFacts } from './parts.ts';

/**
 * Verdicts of the engine checks, saved in the cache folder. They are valid until a package, the system or the hardware
 * changes, or a run fails on the engine. Node only.
 */

/** The settings of a run that an engine is checked with. */
export const workloadSchema = z.object({
  backbone: backboneSchema,
  image_size: z.number().int(),
  n_unfreeze: z.number().int(),
  batch_size: z.number().int(),
});
export type Workload = z.infer<typeof workloadSchema>;

const workloadsSchema = z.record(z.string(), engineVerdictsSchema);
const failuresSchema = z.partialRecord(z.enum(engineNames), z.string());
const savedSchema = z.object({
  workloads: workloadsSchema,
  /** Reasons by engine, for engines that failed during a run: `auto` does not select them for any run. */
  failures: failuresSchema.default({}),
});
export type SavedVerdicts = z.infer<typeof savedSchema>;
const fileSchema = savedSchema.extend({ fingerprint: z.string() });

export const verdictFileIn = (cacheFolder: string): string => path.join(cacheFolder, 'engines.json');
export const workloadKey = ({ backbone, image_size, n_unfreeze, batch_size }: Workload): string =>
  `${backbone} ${image_size}px n${n_unfreeze} b${batch_size}`;

/** Hash of everything that verdicts depend on: saved verdicts are valid only for the same fingerprint. */
export const verdictFingerprint = (): string =>
  createHash('sha256').update(environmentFacts().join('\0')).digest('hex').slice(0, 16);

/** Reads all saved verdicts. The server calls this every few seconds; it is cheap while no file exists. */
export function readSavedVerdicts(cacheFolder: string): SavedVerdicts {
  const nothing = { workloads: {}, failures: {} };
  try {
    const { fingerprint, ...saved } = fileSchema.parse(JSON.parse(readFileSync(verdictFileIn(cacheFolder), 'utf8')));
    return fingerprint === verdictFingerprint() ? saved : nothing;
  } catch {
    // The file is missing or invalid; the next check writes a new one.
    return nothing;
  }
}

export function readVerdicts(cacheFolder: string, workload: Workload): EngineVerdicts {
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  return { ...workloads[workloadKey(workload)], ...unfitVerdicts(failures) };
}

/** The latest verdict on each engine, for any workload. */
export function readAllVerdicts(cacheFolder: string): EngineVerdicts {
  const { workloads, failures } = readSavedVerdicts(cacheFolder);
  return Object.assign({}, ...Object.values(workloads), unfitVerdicts(failures));
}

const unfitVerdicts = (failures: SavedVerdicts['failures']): EngineVerdicts =>
  Object.fromEntries(Object.entries(failures).map(([name, why]) => [name, { is: 'unfit', why }]));
