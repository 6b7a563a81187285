import { type Backbone, backbones } from '@/lib/network/backbones.ts';
import { builtInDatasets, isBuiltInDataset } from './datasets.ts';

/** What training needs in the data folder, and where it comes from. */

/** CIFAR-10's binary version (Krizhevsky, 2009), unpacked. */
export const cifar10Files = {
  folder: 'cifar-10-batches-bin',
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: 'test_batch.bin',
  /** Of each file: 10,000 records of a label and three planes of 32 × 32 pixels. */
  fileBytes: 10_000 * (1 + 3 * 32 * 32),
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  /** Of the archive that the URL gives. */
  archiveBytes: 170_052_171,
  archiveSha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
} as const;

/** Pixels a side: Keras has a file of ImageNet weights for each of these input sizes. */
export const imageSizes = [96, 128, 160, 192, 224] as const;
export type ImageSize = (typeof imageSizes)[number];

export const weightsFileName = (imageSize: number): string =>
  `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_${imageSize}_no_top.h5`;

/** Where Keras keeps its weights files. */
export const weightsFolderUrl = 'https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/';
export const weightsUrl = (imageSize: number): string => weightsFolderUrl + weightsFileName(imageSize);

/** The size whose weights stand in for any other's, and what Keras' file for it has; the others' sizes are not known. */
export const fallbackSize = 224;
export const fallbackBytes = 9_406_464;

/** What is fetched as one. */
export type DataPart = 'cifar10' | `weights-${ImageSize}`;
export const weightsPart = (imageSize: ImageSize): DataPart => `weights-${imageSize}`;
export const dataParts: readonly DataPart[] = ['cifar10', ...imageSizes.map(weightsPart)];

/** Of a run, what decides what it needs in the data folder. */
export interface DataNeeds {
  dataset: string;
  backbone: Backbone;
  image_size: ImageSize;
}

/** What the original script trained on. */
export const originalNeeds: DataNeeds = { dataset: 'cifar10', backbone: 'imagenet', image_size: 160 };

/** What a run needs in the data folder: one part of each of these lists, the first that is there. */
export function partsFor({ dataset, backbone, image_size }: DataNeeds): DataPart[][] {
  const images = isBuiltInDataset(dataset) ? builtInDatasets[dataset].download : null;
  const { weights } = backbones[backbone];
  return [
    ...(images ? [[images]] : []),
    ...(weights.from === 'keras' ? [[...new Set([weightsPart(image_size), weightsPart(fallbackSize)])]] : []),
  ];
}

/** What people call a part. */
export function partTitle(part: DataPart): string {
  if (part === 'cifar10') return 'CIFAR-10';
  const size = Number(part.replace('weights-', ''));
  return size === fallbackSize ? 'ImageNet weights' : `ImageNet weights for ${size} px`;
}
