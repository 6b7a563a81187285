import { cifar10Classes } from './classes.ts';

/** The built-in data sets, and the sizes of splits. All other data sets are folders of custom images. */

/** Numbers of images and classes. */
export interface DatasetSize {
  train: number;
  val: number;
  test: number;
  classes: number;
}

interface DatasetFacts {
  /** Display name. */
  title: string;
  size: DatasetSize;
  /** In label order. */
  classes: readonly string[];
  /** The part that must be in the data folder (data-files.ts); null if none. */
  download: 'cifar10' | null;
  /** The share of each class's non-test images that is held out for validation. */
  validationShare: number;
}

const defaultValidationShare = 1 / 9;

/** Every built-in data set. Their loaders are in server/model/dataset/load.ts. */
export const builtInDatasets = {
  cifar10: {
    title: 'CIFAR-10',
    size: { train: 45_000, val: 5000, test: 10_000, classes: cifar10Classes.length },
    classes: cifar10Classes,
    download: 'cifar10',
    // 5,000 of 50,000, like the original script.
    validationShare: 1 / 10,
  },
  sketch10: {
    title: 'sketch10: CIFAR-10’s classes, drawn by code',
    size: { train: 8000, val: 1000, test: 2000, classes: cifar10Classes.length },
    classes: cifar10Classes,
    download: null,
    validationShare: defaultValidationShare,
  },
} as const satisfies Record<string, DatasetFacts>;
export type BuiltInDataset = keyof typeof builtInDatasets;
export const builtInDatasetNames = Object.keys(builtInDatasets) as BuiltInDataset[];

export const isBuiltInDataset = (name: string): name is BuiltInDataset => Object.hasOwn(builtInDatasets, name);

export const validationShare = (dataset: string): number =>
  isBuiltInDataset(dataset) ? builtInDatasets[dataset].validationShare : defaultValidationShare;

/** The share of each class's custom images that is held out for testing if the folder has no test images. */
export const customTestShare = 1 / 5;

/** The number of a class's images that are held out; at least one. */
export const heldOut = (images: number, share: number): number => Math.max(1, Math.round(images * share));

export type ImageCounts = Omit<DatasetSize, 'classes'>;

/** Numbers of images of a run. `trainLimit` reduces validation and test in proportion, to at least one image per class. */
export function imageCounts(trainLimit: number, { classes, ...complete }: DatasetSize): ImageCounts {
  const share = trainLimit === 0 ? 1 : Math.min(1, trainLimit / complete.train);
  const part = (images: number) => Math.max(classes, Math.round(images * share));
  return { train: part(complete.train), val: part(complete.val), test: part(complete.test) };
}

/** Estimated number of training images of a run. Folders of custom images are assumed to be as large as CIFAR-10. */
export const trainImages = ({ train_limit, dataset }: { train_limit: number; dataset: string }): number =>
  imageCounts(train_limit, builtInDatasets[isBuiltInDataset(dataset) ? dataset : 'cifar10'].size).train;
