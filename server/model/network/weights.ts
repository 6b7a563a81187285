import { existsSync } from 'node:fs';
import path from 'node:path';
import { Dataset, type Group } from 'h5wasm/node';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { fallbackSize, weightsFileName, weightsUrl } from '@/lib/data/data-files.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { batchNormParts, kernelName, kernelShape, type Network } from '@/lib/network/mobilenet-v2.ts';
import { DataError } from '@/server/model/errors.ts';
import { isHdf5, readHdf5 } from '@/server/model/files/hdf5.ts';

/** One tensor in Keras' layout, row-major. */
export interface Weight {
  shape: number[];
  data: Float32Array;
}

/** Tensors by Keras' name without `:0`: `Conv1/kernel`, `bn_Conv1/gamma`, `block_12_depthwise/depthwise_kernel`. */
export type Weights = Map<string, Weight>;

const bundledFileAdvice = 'It is part of the project: restore it from there, for example with git checkout.';

/**
 * The folder of a backbone's weights. Bundled files are relative to the project root, which every entry point makes the
 * current folder.
 */
export function weightsFolder(dataFolder: string, { backbone }: Pick<TrainConfig, 'backbone'>): string {
  const { weights } = backbones[backbone];
  return weights.from === 'project' ? path.dirname(weights.file) : dataFolder;
}

/**
 * Finds the weights that a run starts from. Keras has a file of ImageNet weights for each input size; the one for 224 px
 * is used for sizes that are not downloaded.
 * @returns the path of an existing file
 * @throws DataError `weights-missing` if there is none
 */
export function findWeightsFile(
  dataFolder: string,
  { backbone, image_size }: Pick<TrainConfig, 'backbone' | 'image_size'>,
): string {
  const { weights } = backbones[backbone];
  if (weights.from === 'project') {
    if (existsSync(weights.file)) return weights.file;
    throw new DataError('weights-missing', `${weights.file} is missing. ${bundledFileAdvice}`);
  }
  for (const size of [image_size, fallbackSize]) {
    const file = path.join(dataFolder, weightsFileName(size));
    if (existsSync(file)) return file;
  }
  throw new DataError(
    'weights-missing',
    `The ImageNet weights are missing: there is no ${weightsFileName(fallbackSize)} in ${dataFolder}. ` +
      `Download it with \`npm run get-data\` or the button in the app, or from ${weightsUrl(fallbackSize)} into that folder.`,
  );
}

/** The base's layers that have weights, with the names and shapes of their tensors, in Keras' order. */
export function expectedWeights({
  blocks,
}: Network): { layer: string; tensors: { name: string; shape: number[] }[] }[] {
  return blocks.flatMap((block) =>
    block.convolutions.flatMap((convolution) => [
      {
        layer: convolution.name,
        tensors: [{ name: kernelName(convolution), shape: kernelShape(convolution) as number[] }],
      },
      {
        layer: convolution.norm,
        tensors: batchNormParts.map((part) => ({
          name: `${convolution.norm}/${part}`,
          shape: [convolution.channelsOut],
        })),
      },
    ]),
  );
}

/**
 * Reads MobileNetV2's weights (no top) from a Keras HDF5 file and checks every tensor's shape against the network. Like
 * Keras' `load_weights`, it matches a layer's tensors by order, not by name.
 * @throws DataError `weights-damaged` if the file is not HDF5 or truncated, or a tensor is missing or has the wrong shape
 */
export async function loadWeights(file: string, network: Network): Promise<Weights> {
  if (!(await isHdf5(file))) throw damaged(file, 'it is not an HDF5 file');
  return readHdf5(file, (root) => readTensors(file, root, network)).catch((error) => {
    // The library's error for a truncated file is not helpful.
    throw error instanceof DataError ? error : damaged(file, 'it is truncated or damaged', error);
  });
}

function readTensors(file: string, root: Group, network: Network): Weights {
  const weights: Weights = new Map();
  for (const { layer, tensors } of expectedWeights(network)) {
    const datasets = readLayer(root, layer);
    for (const [index, { name, shape }] of tensors.entries()) {
      const dataset = datasets[index];
      if (!dataset) throw damaged(file, `${name} is missing`);
      const data = dataset.value;
      if (!(data instanceof Float32Array) || dataset.shape?.join() !== shape.join()) {
        throw damaged(file, `${name} has shape [${dataset.shape ?? ''}] instead of [${shape}]`);
      }
      weights.set(name, { shape, data });
    }
  }
  return weights;
}

/** The datasets listed by a layer's group, in its order; empty if there is no such group. */
function readLayer(root: Group, layer: string): Dataset[] {
  if (!root.keys().includes(layer)) return [];
  const names = (root.get(layer) as Group).attrs.weight_names?.value;
  if (!Array.isArray(names)) return [];
  return names.flatMap((name) => {
    const entity = root.get(`${layer}/${name}`);
    return entity instanceof Dataset ? entity : [];
  });
}

const isBundled = (file: string): boolean =>
  Object.values(backbones).some(({ weights }) => weights.from === 'project' && weights.file === file);

const damaged = (file: string, what: string, cause?: unknown) =>
  new DataError(
    'weights-damaged',
    `${file} does not contain MobileNetV2's weights without top: ${what}. ${
      isBundled(file) ? bundledFileAdvice : `Delete it and download ${weightsUrl(fallbackSize)} into its folder.`
    }`,
    { cause },
  );
