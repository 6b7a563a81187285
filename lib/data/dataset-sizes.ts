import type { TrainConfig } from '@/lib/config/train-config.ts';

/**
 * The data sets that have a name of their own, and how many images each has. Apart from what checks names (datasets.ts),
 * which pages that only show them need not load.
 */

/** `cifar10` lies in the data folder; `sketch10` is drawn by the trainer itself. */
export const knownDatasets = ['cifar10', 'sketch10'] as const;
export type KnownDataset = (typeof knownDatasets)[number];

export const isKnownDataset = (name: string): name is KnownDataset => knownDatasets.some((known) => known === name);

/** How many images a data set has, and of how many classes. */
export interface DatasetSize {
  train: number;
  val: number;
  test: number;
  classes: number;
}

export const datasetSizes: Record<KnownDataset, DatasetSize> = {
  cifar10: { train: 45_000, val: 5000, test: 10_000, classes: 10 },
  sketch10: { train: 8000, val: 1000, test: 2000, classes: 10 },
};

export type ImageCounts = Omit<DatasetSize, 'classes'>;

/** How many images a run takes: validation and test shrink with the training images, to one of each class at least. */
export function imageCounts(trainLimit: number, { classes, ...complete }: DatasetSize): ImageCounts {
  const share = trainLimit === 0 ? 1 : Math.min(1, trainLimit / complete.train);
  const part = (images: number) => Math.max(classes, Math.round(images * share));
  return { train: part(complete.train), val: part(complete.val), test: part(complete.test) };
}

/** Of a run that does not tell; own images are as many as somebody put there, so those of CIFAR-10 stand for them. */
export const trainImages = ({ train_limit, dataset }: TrainConfig): number =>
  imageCounts(train_limit, datasetSizes[isKnownDataset(dataset) ? dataset : 'cifar10']).train;
