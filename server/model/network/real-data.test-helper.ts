import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ImageSize } from '@/lib/data/data-files.ts';
import { backbones, networkOf } from '@/lib/network/backbones.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { projectRoot } from '@/tools/testing/paths.ts';
import { findWeightsFile, loadWeights } from './weights.ts';

/**
 * For tests that need CIFAR-10 and the ImageNet weights: `it.skipIf(!realData)(needsData('…'), …)`. A fresh clone has
 * neither and skips these tests; with `REQUIRE_DATA=1` missing data is an error.
 */
const folder = readPaths(process.env, projectRoot).data;

const present =
  existsSync(path.join(folder, 'cifar-10-batches-bin', 'test_batch.bin')) &&
  existsSync(path.join(folder, 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5'));

if (!present && process.env.REQUIRE_DATA) {
  throw new Error(
    `REQUIRE_DATA is set, but CIFAR-10 or the weights are missing in ${folder}. See "Getting the data" in README.md.`,
  );
}

if (!present) console.info('skipped: needs CIFAR-10, see README');

/** The data folder with real data, or null. */
export const realData: string | null = present ? folder : null;

/** A test's title, with the reason if the test is skipped. */
export const needsData = (title: string): string =>
  present ? title : `${title} (skipped: needs CIFAR-10, see README)`;

/**
 * Settings of a run on the available data: CIFAR-10 with the ImageNet weights if downloaded, else sketch10 with the bundled
 * backbone. So essential behaviour is tested without a download.
 */
export const someData = realData
  ? ({ dataset: 'cifar10', backbone: 'imagenet' } as const)
  : ({ dataset: 'sketch10', backbone: 'sketch' } as const);
/** The data folder for such a run; it may not exist if nothing is downloaded. */
export const someDataFolder = folder;
export const someNetwork = networkOf(someData);
export const loadSomeData = () =>
  loadDataset(someData.dataset, { data: folder, datasets: folder, cache: folder }, async () => {});
/** Loads the weights that such a run starts from. */
export const loadSomeWeights = (image_size: ImageSize) =>
  loadWeights(findWeightsFile(folder, { backbone: someData.backbone, image_size }), someNetwork);

/** Loads the ImageNet weights for an image size; requires real data. */
export const loadImageNet = (image_size: ImageSize) =>
  loadWeights(findWeightsFile(realData!, { backbone: 'imagenet', image_size }), backbones.imagenet.network);
