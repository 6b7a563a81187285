import { type Configured, settingOf } from './known-settings.ts';

interface Named {
  id: string;
  name: string;
  /** Null if unknown. */
  seed: number | null;
}

/** What `distinctNames` needs of a run. */
export const namedRun = (run: Configured & { id: string; name: string }): Named => ({
  id: run.id,
  name: run.name,
  seed: settingOf(run, 'seed'),
});

/**
 * Display names for several runs shown together. A name that several runs share is followed by the seed or, if the seeds
 * are unknown or not unique either, by the end of the id.
 * @returns names in the order of `runs`
 */
export function distinctNames(runs: readonly Named[]): string[] {
  const sameName = new Map<string, Named[]>();
  for (const run of runs) {
    const group = sameName.get(run.name);
    if (group) group.push(run);
    else sameName.set(run.name, [run]);
  }
  const hasDistinctSeeds = new Map(
    [...sameName].map(([name, group]) => [
      name,
      group.every(({ seed }) => seed !== null) && new Set(group.map(({ seed }) => seed)).size === group.length,
    ]),
  );
  return runs.map(({ id, name, seed }) => {
    if (sameName.get(name)!.length === 1) return name;
    return hasDistinctSeeds.get(name) ? `${name} (seed ${seed})` : `${name} (${id.slice(-4)})`;
  });
}
