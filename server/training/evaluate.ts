import type { ConfusionMatrix, RunMetrics } from '../../lib/metrics.ts';
import type { Pass } from '../../lib/run-work.ts';
import type { ImageSet } from './dataset/dataset.ts';
import { splitImages } from './dataset/split.ts';
import type { Experiment, SplitFeatures } from './experiment.ts';
import { logitsFromFrozen, logitsFromImages, type OnBatch } from './predict.ts';
import type { Programs } from './programs.ts';
import { accuracy, argmax, confusionMatrix, crossEntropy, oneHot, smoothLabels, softmax, ttaMean } from './scores.ts';

/** Accuracy within 0…1 and the smoothed loss, as Keras' `evaluate` gives them. */
export function score(logits: Float32Array, labels: Uint8Array, classes: number, labelSmoothing: number) {
  const targets = oneHot(labels, classes);
  return {
    accuracy: accuracy(logits, targets, classes),
    loss: crossEntropy(logits, smoothLabels(targets, classes, labelSmoothing), classes),
  };
}

/** The labels of some images. */
export const labelsOf = (images: ImageSet, indices: Uint32Array): Uint8Array =>
  Uint8Array.from(indices, (index) => images.labels[index]!);

/** Plain accuracies of the head on the frozen base's features, within 0…1. */
export async function scoreHead(
  { config, dataset, split, parameters }: Experiment,
  features: SplitFeatures,
  programs: Programs,
) {
  const scoreOf = async (part: 'val' | 'test') => {
    const labels = labelsOf(part === 'test' ? dataset.test : dataset.train, split[part]);
    const logits = await logitsFromFrozen(programs, parameters, features[part]);
    return score(logits, labels, dataset.classes.length, config.label_smoothing).accuracy;
  };
  return { val_stage1: await scoreOf('val'), test_stage1: await scoreOf('test') };
}

export interface Evaluation {
  metrics: Omit<RunMetrics, 'val_stage1' | 'test_stage1'>;
  confusion: Record<'plain' | 'tta', ConfusionMatrix>;
  /** Of the test images, [images, classes]. */
  probabilities: Record<'plain' | 'tta', Float64Array>;
}

/** How good the model is, plain and with test-time augmentation: the mean over an image and its mirror image. */
export async function evaluate({ config, dataset, split }: Experiment, logits: SplitLogits): Promise<Evaluation> {
  const classes = dataset.classes.length;
  const part = (which: 'val' | 'test') => {
    const labels = labelsOf(which === 'test' ? dataset.test : dataset.train, split[which]);
    const plain = softmax(logits[which].plain, classes);
    const tta = ttaMean(plain, softmax(logits[which].mirrored, classes));
    const { accuracy, loss } = score(logits[which].plain, labels, classes, config.label_smoothing);
    const predicted = argmax(tta, classes);
    const right = labels.reduce((count, label, image) => count + Number(predicted[image] === label), 0);
    return { labels, plain, tta, accuracy, loss, ttaAccuracy: right / labels.length };
  };
  const [val, test] = [part('val'), part('test')];
  return {
    metrics: {
      val_end2end: val.accuracy,
      test_end2end: test.accuracy,
      val_tta: val.ttaAccuracy,
      test_tta: test.ttaAccuracy,
      val_loss: val.loss,
      test_loss: test.loss,
    },
    confusion: {
      plain: confusionMatrix(test.labels, argmax(test.plain, classes), classes),
      tta: confusionMatrix(test.labels, argmax(test.tta, classes), classes),
    },
    probabilities: { plain: test.plain, tta: test.tta },
  };
}

interface Logits {
  plain: Float32Array;
  mirrored: Float32Array;
}
export type SplitLogits = Record<'val' | 'test', Logits>;

/** Progress over all that evaluation lets pass. */
function evaluationProgress({ reporter, timeLeft }: Experiment, pass: Pass, total: number): OnBatch {
  let done = 0;
  return async (count, seconds) => {
    done += count;
    timeLeft.advance('evaluation', pass, count, seconds);
    await reporter.progress({ done, total, imagesPerSecond: done / reporter.elapsed() });
  };
}

/** Through the whole network: what a fine-tuned base needs. */
export async function predictFromImages(experiment: Experiment, programs: Programs): Promise<SplitLogits> {
  const { dataset, split, parameters } = experiment;
  const onBatch = evaluationProgress(experiment, 'predict', 2 * (split.val.length + split.test.length));
  const both = async (part: 'val' | 'test'): Promise<Logits> => {
    const images = part === 'test' ? dataset.test : dataset.train;
    const logits = (mirrored: boolean) =>
      logitsFromImages(programs, parameters, images, split[part], { mirrored, onBatch });
    return { plain: await logits(false), mirrored: await logits(true) };
  };
  return { val: await both('val'), test: await both('test') };
}

/** Where the base is as it was, its features serve again; those of the mirror images are kept on disk too. */
export async function predictFromFeatures(
  experiment: Experiment,
  features: SplitFeatures,
  programs: Programs,
): Promise<SplitLogits> {
  const { dataset, split, parameters } = experiment;
  const complete = splitImages(dataset, 0);
  const onBatch = evaluationProgress(experiment, 'features', split.val.length + split.test.length);
  const both = async (part: 'val' | 'test'): Promise<Logits> => {
    const images = part === 'test' ? dataset.test : dataset.train;
    const request = { images, indices: split[part], complete: complete[part], mirrored: true };
    const { rows } = await experiment.features.get(request, onBatch);
    return {
      plain: await logitsFromFrozen(programs, parameters, features[part]),
      mirrored: await logitsFromFrozen(programs, parameters, rows),
    };
  };
  return { val: await both('val'), test: await both('test') };
}
