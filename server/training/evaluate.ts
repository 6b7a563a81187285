import type { ConfusionMatrix, RunMetrics } from '@/lib/run/metrics.ts';
import type { Pass } from '@/lib/work/run-work.ts';
import type { OnBatch } from '@/server/model/dataset/batches/batches.ts';
import { labelsOf } from '@/server/model/dataset/dataset.ts';
import type { Split } from '@/server/model/dataset/split.ts';
import { logitsFromImages, logitsFromRows } from '@/server/model/predict.ts';
import {
  accuracy,
  argmax,
  confusionMatrix,
  crossEntropy,
  oneHot,
  smoothLabels,
  softmax,
  ttaMean,
} from '@/server/model/scores.ts';
import { type Experiment, requestFor } from './experiment.ts';
import type { Validation } from './fit.ts';

/** Accuracy within 0…1 and the label-smoothed loss, as returned by Keras' `evaluate`. */
function score(logits: Float32Array, labels: Uint8Array, classes: number, labelSmoothing: number) {
  const targets = oneHot(labels, classes);
  return {
    accuracy: accuracy(logits, targets, classes),
    loss: crossEntropy(logits, smoothLabels(targets, classes, labelSmoothing), classes),
  };
}

/** Scores an epoch's logits of the validation images, [images, classes]. */
export function validationOf(experiment: Experiment, logits: Float32Array): Validation {
  const { config, dataset, sampleRows } = experiment;
  const classes = dataset.classes.length;
  const predicted = argmax(logits, classes);
  return {
    ...score(logits, labelsOfSet(experiment, 'val'), classes, config.label_smoothing),
    samplePredictions: Uint8Array.from(sampleRows, (row) => predicted[row]!),
  };
}

const labelsOfSet = ({ dataset, split }: Pick<Experiment, 'dataset' | 'split'>, part: keyof Split): Uint8Array =>
  labelsOf(part === 'test' ? dataset.test : dataset.train, split[part]);

/** The plain accuracy of a set's logits [images, classes], within 0…1. */
export function accuracyOf(experiment: Experiment, part: keyof Split, logits: Float32Array): number {
  const classes = experiment.dataset.classes.length;
  return accuracy(logits, oneHot(labelsOfSet(experiment, part), classes), classes);
}

export interface Evaluation {
  metrics: Omit<RunMetrics, 'val_stage1' | 'test_stage1'>;
  confusion: Record<'plain' | 'tta', ConfusionMatrix>;
  /** Probabilities of the test images, [images, classes]. */
  probabilities: Record<'plain' | 'tta', Float64Array>;
}

/** Evaluates the model, plain and with test-time augmentation: the mean over an image and its mirror image. */
export async function evaluate(experiment: Experiment): Promise<Evaluation> {
  const logits = await predictAll(experiment);
  experiment.timeLeft.finish('evaluation');
  const { config, dataset } = experiment;
  const classes = dataset.classes.length;
  const part = (which: 'val' | 'test') => {
    const labels = labelsOfSet(experiment, which);
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
type SplitLogits = Record<'val' | 'test', Logits>;

/**
 * Computes the trained model's logits of a set, [images, classes].
 *
 * @param phase to which the time is attributed
 * @param onProgress called after each batch, with the number of images done in the current pass, and images per second
 */
export async function predictSet(
  experiment: Experiment,
  { part, mirrored, phase }: { part: 'val' | 'test'; mirrored: boolean; phase: 'finetune' | 'evaluation' },
  onProgress: (done: number, imagesPerSecond: number) => Promise<void>,
): Promise<Float32Array> {
  const { stage2Input, parameters, timeLeft } = experiment;
  const programs = experiment.programs.stage2;
  const countBatches = (pass: Pass): OnBatch => {
    let done = 0;
    return async (count, seconds) => {
      done += count;
      timeLeft.advance(phase, pass, count, seconds);
      await onProgress(done, count / seconds);
    };
  };
  const request = requestFor(experiment, part, mirrored);
  const onBatch = countBatches('predict');
  if (stage2Input.kind === 'pixels') {
    const { images, indices } = request;
    return logitsFromImages(programs, parameters, images, indices, {
      mirrored,
      onFrozen: countBatches('frozen'),
      onBatch,
    });
  }
  const pass = stage2Input.kind === 'features' ? 'features' : 'frozen';
  const { rows, cached } = await stage2Input.store.get(request, countBatches(pass));
  if (cached) timeLeft.skip(phase, pass, rows.count);
  return logitsFromRows(programs, parameters, rows, onBatch);
}

/** Computes the logits of validation and test images, plain and mirrored. */
export async function predictAll(experiment: Experiment): Promise<SplitLogits> {
  const { split, reporter } = experiment;
  const sets = [
    { part: 'val', mirrored: false },
    { part: 'val', mirrored: true },
    { part: 'test', mirrored: false },
    { part: 'test', mirrored: true },
  ] as const;
  const total = 2 * (split.val.length + split.test.length);
  const logits: Float32Array[] = [];
  let done = 0;
  for (const set of sets) {
    const onProgress = (doneInSet: number, imagesPerSecond: number) =>
      reporter.progress({ done: done + doneInSet, total, imagesPerSecond });
    logits.push(await predictSet(experiment, { ...set, phase: 'evaluation' }, onProgress));
    done += split[set.part].length;
  }
  const [val, valMirrored, test, testMirrored] = logits;
  return { val: { plain: val!, mirrored: valMirrored! }, test: { plain: test!, mirrored: testMirrored! } };
}
