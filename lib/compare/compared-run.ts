import { trainImages } from '@/lib/data/datasets.ts';
import { completeEpochs } from '@/lib/logs/complete-epochs.ts';
import { distinctNames } from '@/lib/run/distinct-names.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import type { ColourToken } from '@/lib/series/chart.ts';
import { distinctColours } from '@/lib/series/colours.ts';
import type { ComparedCurve } from '@/lib/series/compared-curves.ts';

/** A run among others: with a name that is its alone there, and its colour. */
export interface ComparedRun {
  run: RunDetail;
  name: string;
  colour: ColourToken;
}

/**
 * Runs side by side. One of which nothing new is shown is the very one of `before`, and so is the whole list: `progress`
 * comes four times a second, is no part of a comparison, and should draw no chart again.
 */
export function compareRuns(runs: readonly RunDetail[], before: readonly ComparedRun[]): readonly ComparedRun[] {
  const [names, colours] = [distinctNames(runs), distinctColours(runs)];
  const compared = runs.map((run, index): ComparedRun => {
    const each = { run, name: names[index]!, colour: colours[index]! };
    return before.find((known) => isAlike(known, each)) ?? each;
  });
  const isAsBefore = compared.length === before.length && compared.every((each, index) => each === before[index]);
  return isAsBefore ? before : compared;
}

const isAlike = (a: ComparedRun, b: ComparedRun): boolean =>
  a.name === b.name && a.colour === b.colour && hasOnlyProgressed(a.run, b.run);

const hasOnlyProgressed = (before: RunDetail, after: RunDetail): boolean =>
  (Object.keys(after) as (keyof RunDetail)[]).every(
    (key) => key === 'progress' || key === 'peakMemory' || after[key] === before[key],
  );

/** A run's epochs as a curve among others. @param batches whether epochs of a single batch count, too */
export function curveOf({ run, name, colour }: ComparedRun, batches = false): ComparedCurve {
  const images = eventsOf(run, 'started').at(-1)?.images.train ?? trainImages(run.config);
  const epochs = batches ? eventsOf(run, 'epoch') : completeEpochs(run);
  return { name, colour, config: run.config, epochs, trainImages: images };
}

/** Whether half of its epochs in stage 2 were single batches. */
export const hasBatchEpochs = (run: Pick<RunDetail, 'status' | 'config' | 'events'>): boolean =>
  completeEpochs(run).length < eventsOf(run, 'epoch').length;
