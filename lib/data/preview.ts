import { z } from 'zod';
import { type AugmentationField, augmentationFields } from '@/lib/config/augmentations.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';

/** A few training images as an epoch's first batch would show them to the network. */

/** How many. */
export const previewCount = 8;

const augmentationMask = Object.fromEntries(augmentationFields.map((name) => [name, true])) as Record<
  AugmentationField,
  true
>;

/** Whose images, what changes pixels, and `draw`: the same number gives the same images, changed in the same way. */
export const previewOptionsSchema = trainConfigSchema
  .pick({ dataset: true, ...augmentationMask })
  .extend({ draw: z.number().int().min(0).max(1e9) });
export type PreviewOptions = z.infer<typeof previewOptionsSchema>;

export interface PreviewImage {
  /** [32, 32, 3] bytes in base64: as the network sees it, and as it lies on disk. */
  pixels: string;
  original: string;
  /** What it is to be taken for, and how much of each; one but for mixup, the larger share first. */
  targets: { label: string; share: number }[];
}

export type Preview = { images: PreviewImage[] } | { images: null; why: string };
