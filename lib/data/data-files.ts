import { type Backbone, backboneWeights } from '@/lib/network/backbone-weights.ts';
import { builtInDatasets, isBuiltInDataset } from './datasets.ts';

/** The files that training needs in the data folder, and their sources. */

/** CIFAR-10's binary version (Krizhevsky, 2009), unpacked. */
export const cifar10Files = {
  folder: 'cifar-10-batches-bin',
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: 'test_batch.bin',
  /** Size of each file: 10,000 records of a label and three planes of 32 × 32 pixels. */
  fileBytes: 10_000 * (1 + 3 * 32 * 32),
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  /** Size and checksum of the archive at the URL. */
  archiveBytes: 170_052_171,
  archiveSha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
} as const;

/** Input sizes in pixels for which Keras provides ImageNet weights. */
export const imageSizes = [96, 128, 160, 192, 224] as const;
export type ImageSize = (typeof imageSizes)[number];

export const weightsFileName = (imageSize: number): string =>
  `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_${imageSize}_no_top.h5`;

/** Keras' folder of weights files. */
export const weightsFolderUrl = 'https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/';
export const weightsUrl = (imageSize: number): string => weightsFolderUrl + weightsFileName(imageSize);

/** The input size whose weights are used if those of another size are not downloaded. */
export const fallbackSize = 224;
/** Size of Keras' file for `fallbackSize`; the sizes of the other files are not known. */
export const fallbackBytes = 9_406_464;

/** A separate download. */
export type DataPart = 'cifar10' | `weights-${ImageSize}`;
export const weightsPart = (imageSize: ImageSize): DataPart => `weights-${imageSize}`;
export const dataParts: readonly DataPart[] = ['cifar10', ...imageSizes.map(weightsPart)];

/** The config fields that determine which data files a run needs. */
export interface DataNeeds {
  dataset: string;
  backbone: Backbone;
  image_size: ImageSize;
}

/** The data needs of the original script. */
export const originalNeeds: DataNeeds = { dataset: 'cifar10', backbone: 'imagenet', image_size: 160 };

/** The data that a run needs. Each list contains alternatives in order of preference; one part of each is required. */
export function partsFor({ dataset, backbone, image_size }: DataNeeds): DataPart[][] {
  const images = isBuiltInDataset(dataset) ? builtInDatasets[dataset].download : null;
  return [
    ...(images ? [[images]] : []),
    ...(backboneWeights[backbone].from === 'keras'
      ? [[...new Set([weightsPart(image_size), weightsPart(fallbackSize)])]]
      : []),
  ];
}

/** Display name of a part. */
export function partTitle(part: DataPart): string {
  if (part === 'cifar10') return 'CIFAR-10';
  const size = Number(part.replace('weights-', ''));
  return size === fallbackSize ? 'ImageNet weights' : `ImageNet weights for ${size} px`;
}
