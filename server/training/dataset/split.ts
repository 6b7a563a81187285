import { Random } from '../random.ts';
import type { Dataset } from './cifar10.ts';

/** Which images a run trains, validates and tests on: indices into `train` (twice) and `test`. */
export interface Split {
  train: Uint32Array;
  val: Uint32Array;
  test: Uint32Array;
}

/** The split is the same in every run, whatever its seed: results stay comparable. */
const splitSeed = 42;
/** One in ten images of each class is for validation: 5,000 of 50,000. */
const validationShare = 0.1;

/**
 * @param trainLimit how many images to train on, the same share of every class; validation and test shrink in
 *   proportion. 0 takes all 45,000. A smaller run's images are among a larger one's.
 */
export function splitImages(
  { train, test, classes }: Pick<Dataset, 'train' | 'test' | 'classes'>,
  trainLimit: number,
): Split {
  const byClass = shuffledByClass(train.labels, classes.length, 'train');
  const validation = byClass.map((images) => images.slice(0, Math.round(images.length * validationShare)));
  const training = byClass.map((images, label) => images.slice(validation[label]!.length));
  const available = training.reduce((total, images) => total + images.length, 0);
  const share = trainLimit === 0 ? 1 : Math.min(1, trainLimit / available);
  return {
    train: firstOfEach(training, share, trainLimit),
    val: firstOfEach(validation, share),
    test: firstOfEach(shuffledByClass(test.labels, classes.length, 'test'), share),
  };
}

function shuffledByClass(labels: Uint8Array, classes: number, purpose: string): number[][] {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const image of new Random(splitSeed, 'split', purpose).permutation(labels.length))
    byClass[labels[image]!]!.push(image);
  return byClass;
}

/** The first share of every class, at least one image each, in the order of the files; exactly `total` images where given. */
function firstOfEach(byClass: number[][], share: number, total = 0): Uint32Array {
  const counts = byClass.map((images) => Math.max(1, Math.round(images.length * share)));
  if (share < 1 && total >= counts.length) {
    // Rounding may miss the total by a few images: classes in turn give or take one.
    let missing = total - counts.reduce((sum, count) => sum + count, 0);
    for (let label = 0; missing !== 0; label = (label + 1) % counts.length) {
      const change = Math.sign(missing);
      if (counts[label]! + change < 1) continue;
      counts[label]! += change;
      missing -= change;
    }
  }
  return Uint32Array.from(byClass.flatMap((images, label) => images.slice(0, counts[label]))).sort();
}
