import { z } from 'zod';
import type { Phase } from './phases.ts';

/** Null stands for NaN and infinities, which JSON cannot represent, and for values missing in an imported log. */
const nullableNumber = z.number().nullable();

/**
 * One epoch as in Keras' `History`. Accuracies are within 0…1, losses are cross-entropy with smoothed labels, and the
 * learning rate is the one used in this epoch.
 */
export const epochMetricsSchema = z.object({
  accuracy: nullableNumber,
  loss: nullableNumber,
  val_accuracy: nullableNumber,
  val_loss: nullableNumber,
  learning_rate: nullableNumber,
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** Accuracies within 0…1: `*_end2end` plain, `*_tta` the mean of image and mirror image, `*_stage1` plain after stage 1. */
export const runMetricsSchema = z.object({
  val_end2end: nullableNumber,
  test_end2end: nullableNumber,
  val_tta: nullableNumber,
  test_tta: nullableNumber,
  val_stage1: nullableNumber,
  test_stage1: nullableNumber,
  val_loss: nullableNumber,
  test_loss: nullableNumber,
});
export type RunMetrics = z.infer<typeof runMetricsSchema>;

/** Seconds. `total` sums the three before it and excludes evaluation and export, as in the original script's logs. */
export const timingSchema = z.object({
  feature_extract: nullableNumber,
  top_train: nullableNumber,
  end2end: nullableNumber,
  total: nullableNumber,
  evaluation: nullableNumber,
  features_cached: z.boolean(),
  /** Whether all activations of the frozen part of stage 2 were loaded from the cache; missing if none were needed. */
  frozen_cached: z.boolean().optional(),
});
export type Timing = z.infer<typeof timingSchema>;

/** The phases that add up to `total`, with their keys in a log. */
export const timingKeyOf = {
  features: 'feature_extract',
  head: 'top_train',
  finetune: 'end2end',
} as const satisfies Partial<Record<Phase, keyof Timing>>;

/** [true class, predicted class] → number of test images. */
export const confusionMatrixSchema = z.array(z.array(z.number().int().nonnegative()));
export type ConfusionMatrix = z.infer<typeof confusionMatrixSchema>;

/** The matrices of the plain and the TTA evaluation; an imported log has at most one of them. */
export const confusionSchema = z.object({
  plain: confusionMatrixSchema.nullable(),
  tta: confusionMatrixSchema.nullable(),
});
export type Confusion = z.infer<typeof confusionSchema>;

/** The test set a run was evaluated on. Accuracies are comparable only if `hash` is equal. */
export const testIdentitySchema = z.object({
  hash: z.string(),
  name: z.string(),
  images: z.number().int().positive(),
});
export type TestIdentity = z.infer<typeof testIdentitySchema>;
