import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import { interpolationMatrix } from '@/server/model/network/frozen.ts';
import { type KerasLayer, kerasModelConfig } from './keras-config.ts';
import { tensorsByLayer } from './keras-tensors.ts';
import { modelMetadata } from './model-metadata.ts';
import { examplePage, readme } from './tfjs-example.ts';
import type { TrainedModel } from './trained-model.ts';

/** Size of a weights file. Browsers cache files up to this size; TensorFlow.js' converter uses the same limit. */
const shardBytes = 4 * 1024 * 1024;

/** Side of the input images, in pixels. */
const side = 32;

/**
 * Writes the complete model for TensorFlow.js as a zip: `model.json` and its weights for `tf.loadLayersModel`, with stock
 * layers only, and an example page. Input [N, 32, 32, 3] in [0, 1] → probabilities [N, classes]. Format:
 * https://github.com/tensorflow/tfjs/blob/master/tfjs-converter/README.md.
 * @param file path, written atomically
 * @returns size in bytes
 */
export async function exportTfjs(file: string, model: TrainedModel): Promise<number> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(tfjsFiles(model))) {
    // Weights are nearly random: compressing them costs time and saves nothing.
    zip.addBuffer(Buffer.from(content), name, { compress: !name.endsWith('.bin') });
  }
  zip.end();
  return writeAtomically(file, await buffer(zip.outputStream));
}

/** The content of the zip, by file name. */
function tfjsFiles(model: TrainedModel): Record<string, string | Uint8Array> {
  const { config, ...kind } = kerasModelConfig(model);
  const layers = config.layers.flatMap((layer) =>
    layer.class_name === 'Resizing' ? resizingLayers(layer, model.imageSize) : [layer],
  );
  const interpolation = {
    shape: [side, model.imageSize],
    data: transposed(interpolationMatrix(side, model.imageSize)),
  };
  const resizing = layers
    .filter((layer) => layer.class_name === 'Dense' && layer.name.startsWith('resizing'))
    .map((layer) => ({ name: `${layer.name}/kernel`, ...interpolation }));
  const tensors = [...resizing, ...[...tensorsByLayer(model).values()].flat()];
  const shards = split(
    Buffer.concat(tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
  );
  const paths = shards.map((_, index) => `group1-shard${index + 1}of${shards.length}.bin`);

  const metadata = modelMetadata(model);
  const json = {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    convertedBy: 'transfer-lab',
    userDefinedMetadata: metadata,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        ...kind,
        // Unlike Keras, TensorFlow.js accepts only lists of layers here.
        config: { ...config, layers, input_layers: [config.input_layers], output_layers: [config.output_layers] },
      },
    },
    weightsManifest: [{ paths, weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) }],
  };
  return {
    'model.json': JSON.stringify(json),
    ...Object.fromEntries(paths.map((name, index) => [name, shards[index]!])),
    'index.html': examplePage(metadata),
    'README.md': readme(metadata),
  };
}

/**
 * Replaces the Resizing layer: TensorFlow.js' version places pixel centres differently from Keras'. Each axis in turn is
 * moved last and multiplied by the interpolation matrix, as a dense layer without bias: [h, w, c] → [h, c, w'] →
 * [w', c, h'].
 */
function resizingLayers(resizing: KerasLayer, size: number): KerasLayer[] {
  const steps: [className: string, options: object][] = [
    ['Permute', { dims: [1, 3, 2] }],
    ['Dense', { units: size, activation: 'linear', use_bias: false }],
    ['Permute', { dims: [3, 2, 1] }],
    ['Dense', { units: size, activation: 'linear', use_bias: false }],
    ['Permute', { dims: [3, 1, 2] }],
  ];
  // The last step keeps the original name, which the next layer refers to.
  const names = steps.map((_, index) => (index === steps.length - 1 ? resizing.name : `${resizing.name}_${index + 1}`));
  return steps.map(([class_name, options], index) => {
    const name = names[index]!;
    return {
      class_name,
      config: { name, trainable: false, ...options, dtype: 'float32' },
      name,
      inbound_nodes: index === 0 ? resizing.inbound_nodes : [[[names[index - 1]!, 0, 0, {}]]],
    };
  });
}

/** [size, side] → [side, size]. */
function transposed(matrix: Float32Array): Float32Array {
  const size = matrix.length / side;
  return Float32Array.from(matrix, (_, index) => matrix[(index % size) * side + Math.floor(index / size)]!);
}

const split = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / shardBytes) }, (_, index) =>
    bytes.subarray(index * shardBytes, (index + 1) * shardBytes),
  );
