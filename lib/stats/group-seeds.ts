import { settingFields } from '@/lib/config/field-table.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';

interface Seeded {
  config: TrainConfig;
  /** What accuracies compare within. */
  test: { hash: string } | null;
}

const compared = settingFields.filter((field) => field !== 'seed');

/** Runs that differ in nothing but their seed, together; each in the order given, a run of its own alone. */
export function groupSeeds<T extends Seeded>(runs: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const run of runs) {
    const values = compared.map((field) => run.config[field] ?? null);
    const key = JSON.stringify([values, run.test?.hash ?? null]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** Mean and standard deviation (of a sample: n − 1); no deviation of fewer than two, nothing of nothing. */
export function meanAndSpread(values: readonly number[]): { mean: number; spread: number | null } | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, spread: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
}
