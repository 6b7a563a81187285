import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type Configured, isKnown } from './known-settings.ts';

interface Named extends Pick<Configured, 'logFacts'> {
  id: string;
  name: string;
  config: Pick<TrainConfig, 'seed'>;
}

/**
 * What runs are called where several stand side by side: by their names, and those that share one by their seeds too, or,
 * where these do not differ either, by the end of their ids.
 * @returns in the order of `runs`
 */
export function distinctNames(runs: readonly Named[]): string[] {
  return runs.map(({ id, name, config }) => {
    const namesakes = runs.filter((run) => run.name === name);
    if (namesakes.length === 1) return name;
    const seeds = new Set(namesakes.map((run) => run.config.seed));
    const areSeedsKnown = namesakes.every((run) => isKnown(run, 'seed'));
    return areSeedsKnown && seeds.size === namesakes.length
      ? `${name} (seed ${config.seed})`
      : `${name} (${id.slice(-4)})`;
  });
}
