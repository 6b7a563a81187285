import { settingFields } from '@/lib/config/field-table.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';

interface Seeded {
  config: TrainConfig;
  /** Accuracies are comparable only within the same test set. */
  test: { hash: string } | null;
}

const compared = settingFields.filter((field) => field !== 'seed');

/** Groups runs that differ only in their seed, name, notes and tags. Groups and runs keep the given order. */
export function groupSeeds<T extends Seeded>(runs: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const run of runs) {
    const values = compared.map((field) => run.config[field] ?? null);
    const key = JSON.stringify([values, run.test?.hash ?? null]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** Mean and sample standard deviation (n − 1). The deviation is null for a single value; null without values. */
export function meanAndSpread(values: readonly number[]): { mean: number; spread: number | null } | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, spread: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
}
