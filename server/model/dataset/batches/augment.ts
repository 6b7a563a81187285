import type { AugmentationSwitch } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import type { Random } from '@/server/model/random.ts';

/** Changes of pixels while training. An image is [3, 32, 32] in [0, 1]. */

const side = 32;
const area = side * side;
const channels = 3;
const centre = (side - 1) / 2;

/** One image's affine change: from an output pixel to where its colour is read. Shifts are in pixels, the angle in radians. */
export interface Transform {
  angle: number;
  shiftX: number;
  shiftY: number;
  zoomX: number;
  zoomY: number;
  flip: boolean;
}

/** The part of a config that decides how images are changed. */
export type AugmentationOptions = Pick<
  TrainConfig,
  AugmentationSwitch | 'rotation' | 'zoom' | 'width_shift' | 'height_shift' | 'mixup_alpha'
>;

type AffineOptions = Pick<AugmentationOptions, 'rotation' | 'width_shift' | 'height_shift' | 'zoom'>;

/** Draws what Keras' ImageDataGenerator draws: everything uniform, each axis zoomed for itself, every other image mirrored. */
export function drawTransform(random: Random, { rotation, width_shift, height_shift, zoom }: AffineOptions): Transform {
  const around = (extent: number) => random.uniform(-extent, extent);
  return {
    angle: (around(rotation) * Math.PI) / 180,
    shiftX: around(width_shift) * side,
    shiftY: around(height_shift) * side,
    zoomX: 1 + around(zoom),
    zoomY: 1 + around(zoom),
    flip: random.next() < 0.5,
  };
}

/**
 * Writes the transformed `source` to `target` (another array): source = R·S·Z·(output − c) + c about the centre c = 15.5,
 * mirrored last; bilinear, edges repeated.
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
      const [right, bottom] = [sourceX - left, sourceY - top];
      const at = top * side + left;
      const stepX = left < side - 1 ? 1 : 0;
      const stepY = top < side - 1 ? side : 0;
      const out = y * side + x;
      for (let plane = 0; plane < channels * area; plane += area) {
        const upper = source[plane + at]! * (1 - right) + source[plane + at + stepX]! * right;
        const lower = source[plane + at + stepY]! * (1 - right) + source[plane + at + stepY + stepX]! * right;
        target[plane + out] = upper * (1 - bottom) + lower * bottom;
      }
    }
  }
}

const clamp = (position: number): number => Math.min(side - 1, Math.max(0, position));

const cutoutSide = 16;

/** Cutout (DeVries & Taylor, 2017): a grey square around a pixel drawn uniformly, cut off at the edges. In place. */
export function cutout(image: Float32Array, random: Random): void {
  const first = (middle: number) => Math.max(0, middle - cutoutSide / 2);
  const end = (middle: number) => Math.min(side, middle + cutoutSide / 2);
  const [x, y] = [random.integer(side), random.integer(side)];
  for (let plane = 0; plane < channels * area; plane += area) {
    for (let row = first(y); row < end(y); row++) {
      image.fill(0.5, plane + row * side + first(x), plane + row * side + end(x));
    }
  }
}

/**
 * Mixup (Zhang et al., 2018): blends each image and its target with a partner's of the same batch, by one share
 * λ ~ Beta(α, α) for all, never less than half its own. In place.
 *
 * @param pixels [n, 3, 32, 32].
 * @param targets [n, classes].
 */
export function mixup(pixels: Float32Array, targets: Float32Array, random: Random, alpha: number): void {
  const count = pixels.length / (channels * area);
  const drawn = random.beta(alpha, alpha);
  const own = Math.max(drawn, 1 - drawn);
  const partners = random.permutation(count);
  for (const rows of [pixels, targets]) {
    const width = rows.length / count;
    const before = rows.slice();
    for (let row = 0; row < count; row++) {
      const partner = partners[row]! * width;
      for (let i = 0; i < width; i++) {
        rows[row * width + i] = own * before[row * width + i]! + (1 - own) * before[partner + i]!;
      }
    }
  }
}

interface Augmenter {
  /** Changes one image, [3, 32, 32], in place. */
  image?: (pixels: Float32Array, random: Random, options: AugmentationOptions) => void;
  /** Changes a whole batch in place: pixels [n, 3, 32, 32], targets [n, classes]. */
  batch?: (pixels: Float32Array, targets: Float32Array, random: Random, options: AugmentationOptions) => void;
}

/** The image before it is transformed. */
const source = new Float32Array(imageBytes);

/** What each augmentation does, in the order in which they are applied and draw their numbers. */
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
