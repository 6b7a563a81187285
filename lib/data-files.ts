/** What training needs in the data folder, and where it comes from. */

/** CIFAR-10's binary version (Krizhevsky, 2009), unpacked. */
export const cifar10Files = {
  folder: 'cifar-10-batches-bin',
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: 'test_batch.bin',
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
} as const;

/** Keras has a file of ImageNet weights for each input size. */
export const weightsFileName = (imageSize: number): string =>
  `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_${imageSize}_no_top.h5`;

/** Where Keras keeps the weights for an input size. */
export const weightsUrl = (imageSize: number): string =>
  `https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/${weightsFileName(imageSize)}`;

/** The size whose weights stand in for any other's. */
export const standInSize = 224;
