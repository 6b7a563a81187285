import { z } from 'zod';

/** NaN and infinities have no JSON; they travel as null (a gap in a curve). */
const figure = z.number().nullable();

/** One epoch as Keras' `History` has it. Accuracies within 0…1; losses are the smoothed cross-entropy; the rate is the epoch's own. */
export const epochMetricsSchema = z.object({
  accuracy: figure,
  loss: figure,
  val_accuracy: figure,
  val_loss: figure,
  learning_rate: z.number(),
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** Accuracies within 0…1. `*_end2end` is plain, `*_tta` the mean of image and mirror image, `*_stage1` plain before fine-tuning. */
export const runMetricsSchema = z.object({
  val_end2end: z.number(),
  test_end2end: z.number(),
  val_tta: z.number(),
  test_tta: z.number(),
  val_stage1: z.number(),
  test_stage1: z.number(),
  val_loss: figure,
  test_loss: figure,
});
export type RunMetrics = z.infer<typeof runMetricsSchema>;

/** Seconds. `total` is the sum of the three before it; evaluation and export stand apart, as in the original's logs. */
export const timingSchema = z.object({
  feature_extract: z.number(),
  top_train: z.number(),
  end2end: z.number(),
  total: z.number(),
  evaluation: z.number(),
  features_cached: z.boolean(),
});
export type Timing = z.infer<typeof timingSchema>;

/** Rows are the true class, columns the predicted one; entries count test images. */
export const confusionMatrixSchema = z.array(z.array(z.number().int().nonnegative()));
export type ConfusionMatrix = z.infer<typeof confusionMatrixSchema>;

/** What a run was tested on. Accuracies compare only within one `hash`. */
export const testIdentitySchema = z.object({
  hash: z.string(),
  name: z.string(),
  images: z.number().int().positive(),
});
export type TestIdentity = z.infer<typeof testIdentitySchema>;

/** How well one class is told from the others; each within 0…1, null where nothing is divided by nothing. */
export interface ClassScores {
  /** Of the images taken for this class, the share that are of it. */
  precision: number | null;
  /** Of the images of this class, the share that were taken for it. */
  recall: number | null;
  /** The harmonic mean of both (van Rijsbergen, 1979). */
  f1: number | null;
  /** Test images of this class. */
  images: number;
}

/** @returns one entry a class, in the matrix's order */
export const scoreClasses = (matrix: ConfusionMatrix): ClassScores[] =>
  matrix.map((row, label) => {
    const right = row[label] ?? 0;
    const images = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, each) => sum + (each[label] ?? 0), 0);
    const share = (whole: number) => (whole === 0 ? null : right / whole);
    return { precision: share(predicted), recall: share(images), f1: share((images + predicted) / 2), images };
  });
