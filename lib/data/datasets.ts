import { cifar10Classes } from './classes.ts';

/** The data sets that come under a name of their own, and how images are divided. Folders of own images are the others. */

/** How many images a data set has, and of how many classes. */
export interface DatasetSize {
  train: number;
  val: number;
  test: number;
  classes: number;
}

interface DatasetFacts {
  /** For people. */
  title: string;
  size: DatasetSize;
  /** In label order. */
  classes: readonly string[];
  /** What must lie in the data folder (data-files.ts); null where nothing must. */
  download: 'cifar10' | null;
  /** The share of the images not used for the test that each class keeps for validation. */
  validationShare: number;
}

/** The share for validation where nobody has chosen another: one in nine. */
const usualValidationShare = 1 / 9;

/** Every built-in data set; server/model/dataset/load.ts has what reads each. */
export const builtInDatasets = {
  cifar10: {
    title: 'CIFAR-10',
    size: { train: 45_000, val: 5000, test: 10_000, classes: cifar10Classes.length },
    classes: cifar10Classes,
    download: 'cifar10',
    // 5,000 of 50,000, as the original script splits it.
    validationShare: 1 / 10,
  },
  sketch10: {
    title: 'sketch10: CIFAR-10’s classes, drawn by code',
    size: { train: 8000, val: 1000, test: 2000, classes: cifar10Classes.length },
    classes: cifar10Classes,
    download: null,
    validationShare: usualValidationShare,
  },
} as const satisfies Record<string, DatasetFacts>;
export type BuiltInDataset = keyof typeof builtInDatasets;
export const builtInDatasetNames = Object.keys(builtInDatasets) as BuiltInDataset[];

export const isBuiltInDataset = (name: string): name is BuiltInDataset => Object.hasOwn(builtInDatasets, name);

export const validationShare = (dataset: string): number =>
  isBuiltInDataset(dataset) ? builtInDatasets[dataset].validationShare : usualValidationShare;

/** The share of own images that each class keeps for the test, where nobody has put test images into a folder of their own. */
export const customTestShare = 1 / 5;

/** How many of a class' images are held out, one at least. */
export const heldOut = (images: number, share: number): number => Math.max(1, Math.round(images * share));

export type ImageCounts = Omit<DatasetSize, 'classes'>;

/** How many images a run takes: validation and test shrink with the training images, to one of each class at least. */
export function imageCounts(trainLimit: number, { classes, ...complete }: DatasetSize): ImageCounts {
  const share = trainLimit === 0 ? 1 : Math.min(1, trainLimit / complete.train);
  const part = (images: number) => Math.max(classes, Math.round(images * share));
  return { train: part(complete.train), val: part(complete.val), test: part(complete.test) };
}

/** Of a run that does not say; own images are as many as somebody put there, so those of CIFAR-10 stand for them. */
export const trainImages = ({ train_limit, dataset }: { train_limit: number; dataset: string }): number =>
  imageCounts(train_limit, builtInDatasets[isBuiltInDataset(dataset) ? dataset : 'cifar10'].size).train;
