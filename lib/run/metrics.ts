import { z } from 'zod';
import type { Phase } from './phases.ts';

/** Null: NaN and infinities, which have no JSON (a gap in a curve), and what a log from elsewhere does not say. */
const figure = z.number().nullable();

/** One epoch as Keras' `History` has it. Accuracies within 0…1; losses are the smoothed cross-entropy; the rate is the epoch's own. */
export const epochMetricsSchema = z.object({
  accuracy: figure,
  loss: figure,
  val_accuracy: figure,
  val_loss: figure,
  learning_rate: figure,
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** Accuracies within 0…1. `*_end2end` is plain, `*_tta` the mean of image and mirror image, `*_stage1` plain before fine-tuning. */
export const runMetricsSchema = z.object({
  val_end2end: figure,
  test_end2end: figure,
  val_tta: figure,
  test_tta: figure,
  val_stage1: figure,
  test_stage1: figure,
  val_loss: figure,
  test_loss: figure,
});
export type RunMetrics = z.infer<typeof runMetricsSchema>;

/** Seconds. `total` is the sum of the three before it; evaluation and export stand apart, as in the original's logs. */
export const timingSchema = z.object({
  feature_extract: figure,
  top_train: figure,
  end2end: figure,
  total: figure,
  evaluation: figure,
  features_cached: z.boolean(),
  /** Whether all that the frozen part of stage 2 handed over was there before; missing where nothing of it was asked for. */
  frozen_cached: z.boolean().optional(),
});
export type Timing = z.infer<typeof timingSchema>;

/** The phases that add up to `total`, with their keys in a log. */
export const timingKeyOf = {
  features: 'feature_extract',
  head: 'top_train',
  finetune: 'end2end',
} as const satisfies Partial<Record<Phase, keyof Timing>>;

/** Rows are the true class, columns the predicted one; entries count test images. */
export const confusionMatrixSchema = z.array(z.array(z.number().int().nonnegative()));
export type ConfusionMatrix = z.infer<typeof confusionMatrixSchema>;

/** The matrices of both tests; a log from elsewhere holds one of them at most. */
export const confusionSchema = z.object({
  plain: confusionMatrixSchema.nullable(),
  tta: confusionMatrixSchema.nullable(),
});
export type Confusion = z.infer<typeof confusionSchema>;

/** What a run was tested on. Accuracies compare only within one `hash`. */
export const testIdentitySchema = z.object({
  hash: z.string(),
  name: z.string(),
  images: z.number().int().positive(),
});
export type TestIdentity = z.infer<typeof testIdentitySchema>;
