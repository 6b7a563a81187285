import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ImageSize } from '@/lib/data/data-files.ts';
import { backbones, networkOf } from '@/lib/network/backbones.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { projectRoot } from '@/tools/testing/paths.ts';
import { findWeightsFile, loadWeights } from './weights.ts';

/**
 * Tests that need CIFAR-10 and the ImageNet weights: `it.skipIf(!realData)(needsData('…'), …)`. A fresh clone has
 * neither and skips them by name; with `REQUIRE_DATA=1` a skip is a failure.
 */
const folder = readPaths(process.env, projectRoot).data;

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

/**
 * For tests that train on whatever there is: CIFAR-10 from ImageNet's weights, or in a fresh clone what comes with the app.
 * Nothing essential needs a download to be tested.
 */
export const someData = realData
  ? ({ dataset: 'cifar10', backbone: 'imagenet' } as const)
  : ({ dataset: 'sketch10', backbone: 'sketch' } as const);
/** The data folder for such a run; where there is no data, it is not there either. */
export const someDataFolder = folder;
export const someNetwork = networkOf(someData);
export const loadSomeData = () =>
  loadDataset(someData.dataset, { data: folder, datasets: folder, cache: folder }, async () => {});
/** What such a run starts from, at an image size. */
export const loadSomeWeights = (image_size: ImageSize) =>
  loadWeights(findWeightsFile(folder, { backbone: someData.backbone, image_size }), someNetwork);

/** The ImageNet weights for an image size; only where there is real data. */
export const loadImageNet = (image_size: ImageSize) =>
  loadWeights(findWeightsFile(realData!, { backbone: 'imagenet', image_size }), backbones.imagenet.network);
