import { existsSync } from 'node:fs';
import path from 'node:path';
import { Dataset, type Group } from 'h5wasm/node';
import { standInSize, weightsFileName, weightsUrl } from '../../../lib/data-files.ts';
import { batchNormParts, blocks, kernelName, kernelShape } from '../../../lib/mobilenet-v2.ts';
import { DataError } from '../errors.ts';
import { isHdf5, readHdf5 } from '../hdf5.ts';

/** One tensor as Keras stores it, in row-major order. */
export interface Weight {
  shape: number[];
  data: Float32Array;
}

/** Tensors by Keras' name without its `:0`: `Conv1/kernel`, `bn_Conv1/gamma`, `block_12_depthwise/depthwise_kernel`. */
export type Weights = Map<string, Weight>;

/**
 * Finds the ImageNet weights for an input size in the data folder; Keras has a file for each size, and 224's serves all.
 * @returns the path of the file that is there
 * @throws DataError `weights-missing` where there is neither
 */
export function findWeightsFile(dataFolder: string, imageSize: number): string {
  for (const size of [imageSize, standInSize]) {
    const file = path.join(dataFolder, weightsFileName(size));
    if (existsSync(file)) return file;
  }
  throw new DataError(
    'weights-missing',
    `The ImageNet weights are missing: there is no ${weightsFileName(standInSize)} in ${dataFolder}. ` +
      `Get it with \`npm run get-data\` or the button in the app; or download it from ${weightsUrl(standInSize)} into that folder.`,
  );
}

/** Every layer of the base that has weights, with the names and shapes of its tensors in Keras' order. */
export function expectedWeights(): { layer: string; tensors: { name: string; shape: number[] }[] }[] {
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
 * Reads MobileNetV2's weights (no top) from a Keras HDF5 file and checks them tensor by tensor against the network's
 * table. Within a layer the order counts, not the names, as in Keras' own `load_weights`.
 * @throws DataError `weights-damaged` where the file is not HDF5, or a tensor is missing or of another shape
 */
export async function loadWeights(file: string): Promise<Weights> {
  if (!(await isHdf5(file))) throw damaged(file, 'it is not an HDF5 file');
  return readHdf5(file, (root) => {
    const weights: Weights = new Map();
    for (const { layer, tensors } of expectedWeights()) {
      const datasets = readLayer(root, layer);
      for (const [index, { name, shape }] of tensors.entries()) {
        const dataset = datasets[index];
        if (!dataset) throw damaged(file, `${name} is missing`);
        const data = dataset.value;
        if (!(data instanceof Float32Array) || dataset.shape?.join() !== shape.join()) {
          throw damaged(file, `${name} is [${dataset.shape ?? ''}] where [${shape}] is due`);
        }
        weights.set(name, { shape, data });
      }
    }
    return weights;
  });
}

/** The datasets that a layer's group names, in its order; none where there is no such group. */
function readLayer(root: Group, layer: string): Dataset[] {
  if (!root.keys().includes(layer)) return [];
  const names = (root.get(layer) as Group).attrs.weight_names?.value;
  if (!Array.isArray(names)) return [];
  return names.flatMap((name) => {
    const entity = root.get(`${layer}/${name}`);
    return entity instanceof Dataset ? entity : [];
  });
}

const damaged = (file: string, what: string) =>
  new DataError(
    'weights-damaged',
    `${file} does not hold MobileNetV2's weights without top: ${what}. ` +
      `Delete it and download ${weightsUrl(standInSize)} into its folder.`,
  );
