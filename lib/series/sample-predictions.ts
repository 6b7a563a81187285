import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { decodeWall } from '@/lib/run/sample-predictions.ts';

/** What a run shows of its wall: images class by class, and after every epoch what they were taken for. */
export interface WallHistory {
  /** The true class of each image. */
  labels: readonly number[];
  classes: readonly string[];
  /** In order, through both stages. */
  epochs: { stage: 1 | 2; epoch: number; predicted: Uint8Array }[];
}

/** Null for a run that has no wall: an imported one, or one from before there were any. */
export function prepareWall(run: Pick<RunDetail, 'events'>): WallHistory | null {
  const started = eventsOf(run, 'started').at(-1);
  const labels = started?.wall;
  if (!labels || labels.length === 0) return null;
  const epochs = eventsOf(run, 'epoch').flatMap(({ stage, epoch, wall }) =>
    wall === undefined ? [] : [{ stage, epoch, predicted: decodeWall(wall) }],
  );
  return { labels, classes: started.classes, epochs };
}

/** Images of a class, by their places on the wall. */
export function wallByClass(labels: readonly number[]): { label: number; places: number[] }[] {
  const classes = [...new Set(labels)];
  return classes.map((label) => ({ label, places: labels.flatMap((each, place) => (each === label ? [place] : [])) }));
}

/** What an epoch did to the wall: right answers, those that the epoch before had wrong, and wrong ones that it had right. */
export function changesOf({ labels, epochs }: WallHistory, index: number) {
  const isRight = (at: number, place: number) => epochs[at]?.predicted[place] === labels[place];
  const places = labels.map((_, place) => place);
  const right = places.filter((place) => isRight(index, place)).length;
  if (index === 0) return { right, repaired: null, broken: null };
  const repaired = places.filter((place) => isRight(index, place) && !isRight(index - 1, place)).length;
  const broken = places.filter((place) => !isRight(index, place) && isRight(index - 1, place)).length;
  return { right, repaired, broken };
}
