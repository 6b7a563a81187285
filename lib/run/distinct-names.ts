import type { TrainConfig } from '@/lib/config/train-config.ts';

interface Named {
  id: string;
  name: string;
  config: Pick<TrainConfig, 'seed'>;
}

/**
 * Display names for several runs shown together. A name that several runs share is followed by the seed or, if the seeds
 * are not unique either, by the end of the id.
 * @returns names in the order of `runs`
 */
export function distinctNames(runs: readonly Named[]): string[] {
  return runs.map(({ id, name, config }) => {
    const sameName = runs.filter((run) => run.name === name);
    if (sameName.length === 1) return name;
    const seeds = new Set(sameName.map((run) => run.config.seed));
    return seeds.size === sameName.length ? `${name} (seed ${config.seed})` : `${name} (${id.slice(-4)})`;
  });
}
