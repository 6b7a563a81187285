import { trainImages } from '@/lib/data/datasets.ts';
import { completeEpochs } from '@/lib/logs/complete-epochs.ts';
import { distinctNames, namedRun } from '@/lib/run/distinct-names.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import type { ColourToken } from '@/lib/series/chart.ts';
import { distinctColours } from '@/lib/series/colours.ts';
import type { ComparedCurve } from '@/lib/series/compared-curves.ts';

/** A run in a comparison. Its name and colour are unique there (colours up to ten runs). */
export interface ComparedRun {
  run: RunDetail;
  name: string;
  colour: ColourToken;
}

/**
 * Prepares runs for comparison. Unchanged entries are reused from `before`, and the list itself if all are unchanged:
 * `progress` arrives four times a second, is not compared and must not redraw charts.
 */
export function compareRuns(runs: readonly RunDetail[], before: readonly ComparedRun[]): readonly ComparedRun[] {
  const [names, colours] = [distinctNames(runs.map(namedRun)), distinctColours(runs)];
  const compared = runs.map((run, index): ComparedRun => {
    const each = { run, name: names[index]!, colour: colours[index]! };
    return before.find((known) => isSame(known, each)) ?? each;
  });
  const isUnchanged = compared.length === before.length && compared.every((each, index) => each === before[index]);
  return isUnchanged ? before : compared;
}

const isSame = (a: ComparedRun, b: ComparedRun): boolean =>
  a.name === b.name && a.colour === b.colour && hasOnlyProgressed(a.run, b.run);

const hasOnlyProgressed = (before: RunDetail, after: RunDetail): boolean =>
  (Object.keys(after) as (keyof RunDetail)[]).every(
    (key) => key === 'progress' || key === 'peakMemory' || after[key] === before[key],
  );

/** A run's epochs as a curve. @param batches whether to include epochs of a single batch */
export function curveOf({ run, name, colour }: ComparedRun, batches = false): ComparedCurve {
  const images = eventsOf(run, 'started').at(-1)?.images.train ?? trainImages(run.config);
  const epochs = batches ? eventsOf(run, 'epoch') : completeEpochs(run);
  return { name, colour, config: run.config, epochs, trainImages: images };
}

/** Whether every other epoch of stage 2 trained on a single batch; see `completeEpochs`. */
export const hasBatchEpochs = (run: Pick<RunDetail, 'status' | 'config' | 'logFacts' | 'events'>): boolean =>
  completeEpochs(run).length < eventsOf(run, 'epoch').length;
