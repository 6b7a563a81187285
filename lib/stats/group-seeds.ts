import { settingFields } from '@/lib/config/field-table.ts';
import { type Configured, comparableSetting, isKnown } from '@/lib/run/known-settings.ts';

interface Seeded extends Configured {
  /** Accuracies are comparable only within the same test set. */
  test: { hash: string } | null;
}

const compared = settingFields.filter((field) => field !== 'seed');

/**
 * Groups runs that differ only in their seed, name, notes and tags. A run with an unknown setting, or with a seed that
 * its group already has, stays alone. Groups and runs keep the given order.
 */
export function groupSeeds<T extends Seeded>(runs: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const [index, run] of runs.entries()) {
    const values = compared.map((field) => comparableSetting(run, field));
    const key = JSON.stringify([values, run.test?.hash ?? null]);
    const group = groups.get(key) ?? [];
    const isAlone = !isKnown(run, ...settingFields) || group.some(({ config }) => config.seed === run.config.seed);
    if (isAlone) groups.set(`alone ${index}`, [run]);
    else groups.set(key, [...group, run]);
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
