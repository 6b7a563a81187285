/** Labels are bytes. */
export const maxClasses = 256;

/** The ten classes of CIFAR-10 in label order (Krizhevsky, 2009: `batches.meta.txt`). */
export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;
