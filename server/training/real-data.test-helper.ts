import { existsSync } from 'node:fs';
import path from 'node:path';
import { backbones } from '../../lib/backbones.ts';
import type { ImageSize } from '../../lib/data-files.ts';
import { readPaths } from '../../lib/paths.ts';
import { findWeightsFile, loadWeights } from './network/weights.ts';

/**
 * Tests that need CIFAR-10 and the ImageNet weights: `it.skipIf(!realData)(needsData('…'), …)`. A fresh clone has
 * neither and skips them by name; with `REQUIRE_DATA=1` a skip is a failure.
 */
const folder = readPaths(process.env, path.resolve(import.meta.dirname, '../..')).data;

const present =
  existsSync(path.join(folder, 'cifar-10-batches-bin', 'test_batch.bin')) &&
  existsSync(path.join(folder, 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5'));

if (!present && process.env.REQUIRE_DATA) {
  throw new Error(
    `REQUIRE_DATA is set, but ${folder} lacks CIFAR-10 or the weights. See "Getting the data" in README.md.`,
  );
}

if (!present) console.info('skipped: needs CIFAR-10, see README');

/** The data folder with real data, or null. */
export const realData: string | null = present ? folder : null;

/** A test's title, which says so where it must be skipped. */
export const needsData = (title: string): string =>
  present ? title : `${title} (skipped: needs CIFAR-10, see README)`;

/** The ImageNet weights for an image size; only where there is real data. */
export const loadImageNet = (image_size: ImageSize) =>
  loadWeights(findWeightsFile(realData!, { backbone: 'imagenet', image_size }), backbones.imagenet.network);
