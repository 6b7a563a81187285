import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { decodeSamplePredictions } from '@/lib/run/sample-predictions.ts';

/** A run's sample predictions: the true class of each image, and its predicted class after every epoch. */
export interface SamplePredictionHistory {
  /** The true class of each image; images of a class are adjacent. */
  labels: readonly number[];
  classes: readonly string[];
  /** Epochs of both stages, in order. */
  epochs: { stage: 1 | 2; epoch: number; predicted: Uint8Array }[];
}

/** @returns null for runs without sample predictions: imported runs, and those of older versions */
export function prepareSamplePredictions(run: Pick<RunDetail, 'events'>): SamplePredictionHistory | null {
  const started = eventsOf(run, 'started').at(-1);
  const labels = started?.wall;
  if (!labels || labels.length === 0) return null;
  const epochs = eventsOf(run, 'epoch').flatMap(({ stage, epoch, wall }) =>
    wall === undefined ? [] : [{ stage, epoch, predicted: decodeSamplePredictions(wall) }],
  );
  return { labels, classes: started.classes, epochs };
}

/** The indexes of each class's images. */
export function groupByClass(labels: readonly number[]): { label: number; images: number[] }[] {
  const classes = [...new Set(labels)];
  return classes.map((label) => ({ label, images: labels.flatMap((each, image) => (each === label ? [image] : [])) }));
}

/**
 * Counts an epoch's correct predictions, and those newly right or newly wrong compared with the previous epoch (null for
 * the first epoch).
 */
export function changesAtEpoch({ labels, epochs }: SamplePredictionHistory, index: number) {
  const isCorrect = (epoch: number, image: number) => epochs[epoch]?.predicted[image] === labels[image];
  const images = labels.map((_, image) => image);
  const correct = images.filter((image) => isCorrect(index, image)).length;
  if (index === 0) return { correct, newlyRight: null, newlyWrong: null };
  const newlyRight = images.filter((image) => isCorrect(index, image) && !isCorrect(index - 1, image)).length;
  const newlyWrong = images.filter((image) => !isCorrect(index, image) && isCorrect(index - 1, image)).length;
  return { correct, newlyRight, newlyWrong };
}
