import { z } from 'zod';
import { type PreviewField, previewFields } from '@/lib/config/field-table.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';

/** Preview of a few training images with augmentation, as in an epoch's first batch. */

/** Number of images. */
export const previewCount = 8;

const pickedFields = Object.fromEntries(previewFields.map((name) => [name, true])) as Record<PreviewField, true>;

/** The data set, the augmentation fields, and `draw`: the same number yields the same images with the same changes. */
export const previewOptionsSchema = trainConfigSchema
  .pick(pickedFields)
  .extend({ draw: z.number().int().min(0).max(1e9) });
export type PreviewOptions = z.infer<typeof previewOptionsSchema>;

export interface PreviewImage {
  /** The augmented image, [32, 32, 3] bytes in base64. */
  pixels: string;
  /** The image without augmentation, in the same format. */
  original: string;
  /** The target: one class, or with mixup two, the larger share first. */
  targets: { label: string; share: number }[];
}

export type Preview = { images: PreviewImage[] } | { images: null; why: string };
