import type { Dataset, Group } from 'h5wasm/node';
import { readHdf5 } from '@/server/model/files/hdf5.ts';
import type { KerasLayer, KerasModelConfig } from './keras-config.ts';

/**
 * Predicts from a Keras h5 file by interpreting its `model_config`, for tests. One small function per Keras class and no
 * code of the trainer, so that the file's content is tested. Images are channels-last, one at a time.
 */

/** Row-major numbers of shape [height, width, channels] or [channels]. */
interface Tensor {
  shape: number[];
  data: Float32Array;
}

type NamedTensor = Tensor & { name: string };

interface KerasFile {
  config: KerasModelConfig;
  /** Tensors by layer name, in the order of `weight_names`. */
  weights: Map<string, NamedTensor[]>;
}

/** Reads a model file: its `model_config`, and the tensors of every layer in `layer_names`. */
export const readKerasFile = (file: string): Promise<KerasFile> =>
  readHdf5(file, (root) => {
    const group = root.get('model_weights') as Group;
    const layerNames = group.attrs.layer_names?.value as string[];
    const weights = layerNames.map((layer): [string, NamedTensor[]] => {
      const names = Array.from((group.get(layer) as Group).attrs.weight_names?.value as Iterable<string>);
      const tensors = names.map((name) => {
        const dataset = group.get(`${layer}/${name}`) as Dataset;
        return { name, shape: dataset.shape ?? [], data: dataset.value as Float32Array };
      });
      return [layer, tensors];
    });
    return { config: JSON.parse(root.attrs.model_config?.value as string), weights: new Map(weights) };
  });

/** Converts an image of CIFAR-10, [3, 32, 32] bytes, to Keras' input, [32, 32, 3] in [0, 1]. */
export const kerasImage = (planes: Uint8Array): Float32Array =>
  Float32Array.from(planes, (_, at) => planes[(at % 3) * 1024 + Math.floor(at / 3)]! / 255);

/** Converts the first `count` images to Keras' input, [count, 32, 32, 3]. */
export const kerasImages = (planes: Uint8Array, count: number): number[] =>
  Array.from({ length: count }, (_, at) => [...kerasImage(planes.subarray(at * 3072, (at + 1) * 3072))]).flat();

/** Computes the probabilities of one image, [32, 32, 3] in [0, 1]. */
export function predict({ config, weights }: KerasFile, image: Float32Array): Float32Array {
  const outputs = new Map<string, Tensor>();
  for (const layer of config.config.layers) {
    const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => outputs.get(name)!);
    const tensors = (weights.get(layer.name) ?? []).map((weight) => weight.data);
    outputs.set(
      layer.name,
      layer.class_name === 'InputLayer'
        ? { shape: (layer.config.batch_input_shape as number[]).slice(1), data: image }
        : call(layer, inputs, tensors),
    );
  }
  return outputs.get(config.config.output_layers[0])!.data;
}

type Options = Record<string, unknown>;
type Call = (options: Options, input: Tensor, weights: Float32Array[], inputs: Tensor[]) => Tensor;

function call(layer: KerasLayer, inputs: Tensor[], weights: Float32Array[]): Tensor {
  const method = classes[layer.class_name];
  if (!method || !inputs[0]) throw new Error(`${layer.name}: cannot interpret ${layer.class_name}`);
  return method(layer.config, inputs[0], weights, inputs);
}

const map = ({ shape, data }: Tensor, change: (value: number, index: number) => number): Tensor => ({
  shape,
  data: data.map(change),
});

const activations: Record<string, (tensor: Tensor) => Tensor> = {
  linear: (tensor) => tensor,
  relu: (tensor) => map(tensor, (value) => Math.max(value, 0)),
  softmax: (tensor) => {
    const highest = Math.max(...tensor.data);
    const powers = Array.from(tensor.data, (value) => Math.exp(value - highest));
    const sum = powers.reduce((a, b) => a + b);
    return map(tensor, (_, index) => powers[index]! / sum);
  },
};

const classes: Record<string, Call> = {
  Resizing: ({ height, width }, input) => resize(input, height as number, width as number),
  Rescaling: ({ scale, offset }, input) => map(input, (value) => value * (scale as number) + (offset as number)),
  ReLU: ({ max_value }, input) => map(input, (value) => Math.min(Math.max(value, 0), max_value as number)),
  Add: (_, input, __, inputs) => map(input, (value, index) => value + inputs[1]!.data[index]!),
  Dropout: (_, input) => input,
  BatchNormalization: ({ epsilon }, input, [gamma, beta, mean, variance]) => {
    const channels = gamma!.length;
    const scale = Array.from(gamma!, (g, c) => g / Math.sqrt(variance![c]! + (epsilon as number)));
    return map(input, (value, index) => {
      const c = index % channels;
      return (value - mean![c]!) * scale[c]! + beta![c]!;
    });
  },
  ZeroPadding2D: ({ padding }, input) => {
    const [[top, bottom], [left, right]] = padding as [[number, number], [number, number]];
    return pad(input, top, bottom, left, right);
  },
  Conv2D: (options, input, [kernel]) => convolve(window(options, input), kernel!, options.filters as number),
  DepthwiseConv2D: (options, input, [kernel]) => convolveDepthwise(window(options, input), kernel!),
  GlobalAveragePooling2D: (_, { shape, data }) => {
    const channels = shape[2]!;
    const sums = new Float64Array(channels);
    data.forEach((value, index) => {
      sums[index % channels]! += value;
    });
    return { shape: [channels], data: Float32Array.from(sums, (sum) => sum / (data.length / channels)) };
  },
  Dense: ({ units, activation }, { data }, [kernel, bias]) => {
    const width = units as number;
    const sums = Float64Array.from(bias!);
    data.forEach((value, row) => {
      for (let u = 0; u < width; u++) sums[u]! += value * kernel![row * width + u]!;
    });
    return activations[activation as string]!({ shape: [width], data: Float32Array.from(sums) });
  },
};

/** Bilinear interpolation with half-pixel centres and clamped edges (`tf.image.resize`). */
function resize({ shape, data }: Tensor, height: number, width: number): Tensor {
  const [rows, columns, channels] = shape as [number, number, number];
  const at = (index: number, size: number, sizeIn: number) => {
    const source = Math.max(((index + 0.5) * sizeIn) / size - 0.5, 0);
    const low = Math.min(Math.floor(source), sizeIn - 1);
    return { low, high: Math.min(low + 1, sizeIn - 1), share: source - low };
  };
  const out = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const v = at(y, height, rows);
    for (let x = 0; x < width; x++) {
      const h = at(x, width, columns);
      for (let c = 0; c < channels; c++) {
        const pixel = (row: number, column: number) => data[(row * columns + column) * channels + c]!;
        const top = pixel(v.low, h.low) * (1 - h.share) + pixel(v.low, h.high) * h.share;
        const bottom = pixel(v.high, h.low) * (1 - h.share) + pixel(v.high, h.high) * h.share;
        out[(y * width + x) * channels + c] = top * (1 - v.share) + bottom * v.share;
      }
    }
  }
  return { shape: [height, width, channels], data: out };
}

function pad({ shape, data }: Tensor, top: number, bottom: number, left: number, right: number): Tensor {
  const [rows, columns, channels] = shape as [number, number, number];
  const width = columns + left + right;
  const out = new Float32Array((rows + top + bottom) * width * channels);
  for (let y = 0; y < rows; y++) {
    const row = data.subarray(y * columns * channels, (y + 1) * columns * channels);
    out.set(row, ((y + top) * width + left) * channels);
  }
  return { shape: [rows + top + bottom, width, channels], data: out };
}

interface Window {
  input: Tensor;
  size: number;
  stride: number;
}

/** Kernel size, stride and padded input. TensorFlow's "same" padding puts the odd pixel at the bottom and the right. */
function window({ kernel_size, strides, padding }: Options, input: Tensor): Window {
  const [size] = kernel_size as [number];
  const [stride] = strides as [number];
  if (padding === 'valid' || size === 1) return { input, size, stride };
  const rows = input.shape[0]!;
  const missing = Math.max((Math.ceil(rows / stride) - 1) * stride + size - rows, 0);
  const before = Math.floor(missing / 2);
  return { input: pad(input, before, missing - before, before, missing - before), size, stride };
}

/** Kernel [size, size, in, out]. The innermost loop runs over `out`, which is contiguous in kernel and output. */
function convolve({ input: { shape, data }, size, stride }: Window, kernel: Float32Array, filters: number): Tensor {
  const [rows, columns, channels] = shape as [number, number, number];
  const height = Math.floor((rows - size) / stride) + 1;
  const width = Math.floor((columns - size) / stride) + 1;
  const out = new Float32Array(height * width * filters);
  const sums = new Float64Array(filters);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      sums.fill(0);
      for (let ky = 0; ky < size; ky++) {
        for (let kx = 0; kx < size; kx++) {
          const from = ((y * stride + ky) * columns + x * stride + kx) * channels;
          for (let c = 0; c < channels; c++) {
            const value = data[from + c]!;
            if (value === 0) continue;
            const row = ((ky * size + kx) * channels + c) * filters;
            for (let f = 0; f < filters; f++) sums[f]! += value * kernel[row + f]!;
          }
        }
      }
      out.set(sums, (y * width + x) * filters);
    }
  }
  return { shape: [height, width, filters], data: out };
}

/** Kernel [size, size, channels, 1]. */
function convolveDepthwise({ input: { shape, data }, size, stride }: Window, kernel: Float32Array): Tensor {
  const [rows, columns, channels] = shape as [number, number, number];
  const height = Math.floor((rows - size) / stride) + 1;
  const width = Math.floor((columns - size) / stride) + 1;
  const out = new Float32Array(height * width * channels);
  const sums = new Float64Array(channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      sums.fill(0);
      for (let ky = 0; ky < size; ky++) {
        for (let kx = 0; kx < size; kx++) {
          const from = ((y * stride + ky) * columns + x * stride + kx) * channels;
          const tap = (ky * size + kx) * channels;
          for (let c = 0; c < channels; c++) sums[c]! += data[from + c]! * kernel[tap + c]!;
        }
      }
      out.set(sums, (y * width + x) * channels);
    }
  }
  return { shape: [height, width, channels], data: out };
}
