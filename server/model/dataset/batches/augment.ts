import type { AugmentationSwitch } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import type { Random } from '@/server/model/random.ts';

/** Data augmentation. An image is [3, 32, 32] in [0, 1]. */

const side = 32;
const area = side * side;
const channels = 3;
const centre = (side - 1) / 2;

/** An affine transform from output pixels to source positions. Shifts are in pixels, the angle in radians. */
export interface Transform {
  angle: number;
  shiftX: number;
  shiftY: number;
  zoomX: number;
  zoomY: number;
  flip: boolean;
}

/** The config fields that control augmentation. */
export type AugmentationOptions = Pick<
  TrainConfig,
  AugmentationSwitch | 'rotation' | 'zoom' | 'width_shift' | 'height_shift' | 'mixup_alpha'
>;

type AffineOptions = Pick<AugmentationOptions, 'rotation' | 'width_shift' | 'height_shift' | 'zoom'>;

/** Draws a transform like Keras' ImageDataGenerator: uniform, each axis zoomed separately, mirrored with probability ½. */
export function drawTransform(random: Random, { rotation, width_shift, height_shift, zoom }: AffineOptions): Transform {
  const within = (extent: number) => random.uniform(-extent, extent);
  return {
    angle: (within(rotation) * Math.PI) / 180,
    shiftX: within(width_shift) * side,
    shiftY: within(height_shift) * side,
    zoomX: 1 + within(zoom),
    zoomY: 1 + within(zoom),
    flip: random.next() < 0.5,
  };
}

/**
 * Writes the transformed `source` to `target`, a different array. Source position = R·S·Z·(output − c) + c with the centre
 * c = 15.5, mirrored last. Bilinear interpolation with clamped edges.
 */
export function applyAffine(source: Float32Array, target: Float32Array, transform: Transform): void {
  const { angle, shiftX, shiftY, zoomX, zoomY, flip } = transform;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = 0; y < side; y++) {
    const v = (y - centre) * zoomY + shiftY;
    for (let x = 0; x < side; x++) {
      const u = ((flip ? side - 1 - x : x) - centre) * zoomX + shiftX;
      const sourceX = clamp(cos * u - sin * v + centre);
      const sourceY = clamp(sin * u + cos * v + centre);
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const [shareRight, shareBottom] = [sourceX - left, sourceY - top];
      const at = top * side + left;
      const stepX = left < side - 1 ? 1 : 0;
      const stepY = top < side - 1 ? side : 0;
      const out = y * side + x;
      for (let plane = 0; plane < channels * area; plane += area) {
        const upper = source[plane + at]! * (1 - shareRight) + source[plane + at + stepX]! * shareRight;
        const lower = source[plane + at + stepY]! * (1 - shareRight) + source[plane + at + stepY + stepX]! * shareRight;
        target[plane + out] = upper * (1 - shareBottom) + lower * shareBottom;
      }
    }
  }
}

const clamp = (position: number): number => Math.min(side - 1, Math.max(0, position));

const cutoutSide = 16;

/** Cutout (DeVries & Taylor, 2017), in place: a grey square around a uniformly drawn pixel, clipped at the edges. */
export function cutout(image: Float32Array, random: Random): void {
  const first = (center: number) => Math.max(0, center - cutoutSide / 2);
  const end = (center: number) => Math.min(side, center + cutoutSide / 2);
  const [x, y] = [random.integer(side), random.integer(side)];
  for (let plane = 0; plane < channels * area; plane += area) {
    for (let row = first(y); row < end(y); row++) {
      image.fill(0.5, plane + row * side + first(x), plane + row * side + end(x));
    }
  }
}

/**
 * Mixup (Zhang et al., 2018), in place: blends each image and its target with those of a partner in the same batch. One
 * share λ ~ Beta(α, α), at least ½, is drawn for the whole batch.
 *
 * @param pixels [n, 3, 32, 32]
 * @param targets [n, classes]
 */
export function mixup(pixels: Float32Array, targets: Float32Array, random: Random, alpha: number): void {
  const count = pixels.length / (channels * area);
  const drawn = random.beta(alpha, alpha);
  const lambda = Math.max(drawn, 1 - drawn);
  const partners = random.permutation(count);
  for (const rows of [pixels, targets]) {
    const width = rows.length / count;
    const before = rows.slice();
    for (let row = 0; row < count; row++) {
      const partner = partners[row]! * width;
      for (let i = 0; i < width; i++) {
        rows[row * width + i] = lambda * before[row * width + i]! + (1 - lambda) * before[partner + i]!;
      }
    }
  }
}

interface Augmenter {
  /** Changes one image, [3, 32, 32], in place. */
  image?: (pixels: Float32Array, random: Random, options: AugmentationOptions) => void;
  /** Changes a batch in place: pixels [n, 3, 32, 32], targets [n, classes]. */
  batch?: (pixels: Float32Array, targets: Float32Array, random: Random, options: AugmentationOptions) => void;
}

/** Buffer for the image before its transform. */
const source = new Float32Array(imageBytes);

/** The augmentations, in the order in which they are applied and draw random numbers. */
export const augmenters: Record<AugmentationSwitch, Augmenter> = {
  augment: {
    image: (pixels, random, options) => {
      source.set(pixels);
      applyAffine(source, pixels, drawTransform(random, options));
    },
  },
  use_cutout: { image: cutout },
  use_mixup: { batch: (pixels, targets, random, { mixup_alpha }) => mixup(pixels, targets, random, mixup_alpha) },
};
