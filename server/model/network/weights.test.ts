import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mobilenetV2 } from '@/lib/network/mobilenet-v2.ts';
import { DataError } from '@/server/model/errors.ts';
import { writeHdf5 } from '@/server/model/files/hdf5.ts';
import { loadImageNet, needsData, realData } from './real-data.test-helper.ts';
import { expectedWeights, findWeightsFile, loadWeights } from './weights.ts';

const network = mobilenetV2(1);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'weights-'));
});
afterEach(() => rm(folder, { recursive: true }));

const name = (size: number) => `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_${size}_no_top.h5`;

describe('findWeightsFile', () => {
  it('prefers the file for the image size, falls back to 224, and reports where to download it', async () => {
    expect(() => findWeightsFile(folder, { backbone: 'imagenet', image_size: 96 })).toThrow(DataError);
    expect(() => findWeightsFile(folder, { backbone: 'imagenet', image_size: 96 })).toThrow(
      'https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5',
    );
    await writeFile(path.join(folder, name(224)), '');
    expect(findWeightsFile(folder, { backbone: 'imagenet', image_size: 96 })).toBe(path.join(folder, name(224)));
    await writeFile(path.join(folder, name(96)), '');
    expect(findWeightsFile(folder, { backbone: 'imagenet', image_size: 96 })).toBe(path.join(folder, name(96)));
  });
});

describe('loadWeights', () => {
  /** Writes zeros in Keras' structure. @param change returns a tensor's shape, or null to omit it */
  const writeZeros = (file: string, change: (tensor: string, shape: number[]) => number[] | null) =>
    writeHdf5(file, (root) => {
      for (const { layer, tensors } of expectedWeights(network)) {
        const group = root.create_group(layer);
        const written = tensors.flatMap((tensor) => {
          const shape = change(tensor.name, tensor.shape);
          return shape ? { name: `${tensor.name}:0`, shape } : [];
        });
        group.create_attribute(
          'weight_names',
          written.length > 0 ? written.map((tensor) => tensor.name) : new Float64Array(),
        );
        group.create_group(layer);
        for (const { name, shape } of written) {
          const data = new Float32Array(shape.reduce((a, b) => a * b));
          group.create_dataset({ name, data, shape });
        }
      }
    });

  it('names the tensor that is missing or has the wrong shape', async () => {
    const file = path.join(folder, name(224));
    await writeZeros(file, (_, shape) => shape);
    expect((await loadWeights(file, network)).size).toBe(260);
    await writeZeros(file, (tensor, shape) => (tensor === 'block_3_expand_BN/moving_variance' ? null : shape));
    await expect(loadWeights(file, network)).rejects.toThrow('block_3_expand_BN/moving_variance is missing');
    await writeZeros(file, (tensor, shape) => (tensor === 'Conv1/kernel' ? [3, 3, 3, 16] : shape));
    await expect(loadWeights(file, network)).rejects.toThrow('Conv1/kernel has shape [3,3,3,16] instead of [3,3,3,32]');
  });

  it('rejects a file that is not HDF5', async () => {
    const file = path.join(folder, name(224));
    await writeFile(file, '<html>404</html>');
    await expect(loadWeights(file, network)).rejects.toThrow(DataError);
    await expect(loadWeights(file, network)).rejects.toThrow('not an HDF5 file');
  });

  it.skipIf(!realData)(needsData('reads the complete ImageNet file'), async () => {
    const weights = await loadImageNet(160);
    let parameters = 0;
    for (const { data } of weights.values()) parameters += data.length;
    expect(parameters).toBe(2_257_984);
    expect(weights.get('Conv1/kernel')?.shape).toEqual([3, 3, 3, 32]);
    expect(weights.get('bn_Conv1/moving_variance')?.data.every((variance) => variance > 0)).toBe(true);
  });
});
