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
 * What runs are called where several are shown together: their names; those that share one are distinguished by their
 * seeds or, if these are equal or unknown, by the end of their ids.
 * @returns in the order of `runs`
 */
export function distinctNames(runs: readonly Named[]): string[] {
  const namesakes = new Map<string, Named[]>();
  for (const run of runs) {
    const group = namesakes.get(run.name);
    if (group) group.push(run);
    else namesakes.set(run.name, [run]);
  }
  const hasDistinctSeeds = new Map(
    [...namesakes].map(([name, group]) => [
      name,
      group.every(({ seed }) => seed !== null) && new Set(group.map(({ seed }) => seed)).size === group.length,
    ]),
  );
  return runs.map(({ id, name, seed }) => {
    if (namesakes.get(name)!.length === 1) return name;
    return hasDistinctSeeds.get(name) ? `${name} (seed ${seed})` : `${name} (${id.slice(-4)})`;
  });
}
