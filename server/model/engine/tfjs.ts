import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs';
import { engines } from '@/lib/config/engines.ts';
import { type Node, type Outputs, topologicalOrder } from '@/server/model/graph/node.ts';
import type { Engine, Program, Tensors } from './engine.ts';
import { inputShapes, makeFeeds } from './feeds.ts';
import { fingerprintOf } from './fingerprint.ts';
import { processorName } from './inventory/processor.ts';
import { constantKernel, inGraphLayout, type Stored, tfjsRules, toGraphLayout } from './tfjs-rules.ts';

/**
 * TensorFlow through tfjs-node (https://www.tensorflow.org/js), on the GPU if it finds one, else on the CPU. Runs the
 * graph with one rule per operation and does not use TensorFlow.js' layers, gradients or optimizers.
 *
 * @throws Error if neither package can be loaded
 */
export function createTfjsEngine(): Engine {
  const { tf, name, version } = loadTfjs();
  const usesGpu = (tf.backend() as unknown as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
  const device = usesGpu ? 'NVIDIA GPU' : processorName();
  return {
    name: 'tensorflow',
    device,
    threads: null,
    fingerprint: fingerprintOf(name, version, device, process.arch),
    compile: async (outputs) => compile(tf, outputs),
  };
}

function loadTfjs() {
  // tfjs-node 4.22 calls this function, which Node 23 removed.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  const require = createRequire(import.meta.url);
  let reason: unknown;
  for (const name of engines.tensorflow.packages) {
    try {
      const tf = require(name) as typeof TensorFlow;
      tf.enableProdMode();
      return { tf, name, version: tf.version_core };
    } catch (error) {
      reason ??= error;
    }
  }
  throw reason;
}

function compile(tf: typeof TensorFlow, outputs: Outputs): Program {
  const order = topologicalOrder(Object.values(outputs));
  const shapes = inputShapes(outputs);
  const names = new Set(shapes.keys());
  if (order.filter(({ operation }) => operation.type === 'input').length > names.size) {
    const inputs = order.flatMap(({ operation }) => (operation.type === 'input' ? [operation.name] : []));
    throw new Error(`two inputs are named ${inputs.find((name, at) => inputs.indexOf(name) !== at)}`);
  }
  const readers = countReaders(order, outputs);
  const constants = makeConstants(tf, order, readers);
  return {
    async run(inputs: Tensors): Promise<Tensors> {
      const feeds = makeFeeds(shapes, inputs, (data, shape) => tf.tensor(data, [...shape]));
      const values = new Map(constants);
      const remainingReaders = new Map(readers);
      const release = (node: Node) => {
        const count = remainingReaders.get(node)! - 1;
        remainingReaders.set(node, count);
        if (count === 0 && !constants.has(node)) values.get(node)!.tensor.dispose();
      };
      for (const node of order) {
        if (values.has(node)) continue;
        values.set(
          node,
          node.operation.type === 'input' ? inGraphLayout(feeds[node.operation.name]!) : compute(tf, node, values),
        );
        // Frees tensors as soon as nothing reads them: otherwise a training step would hold every activation twice.
        for (const each of node.inputs) release(each);
      }
      const results: Tensors = {};
      for (const [name, node] of Object.entries(outputs)) {
        const stored = values.get(node)!;
        const tensor = tf.tidy(() => toGraphLayout(tf, stored));
        results[name] = (await tensor.data()) as Float32Array;
        if (tensor !== stored.tensor) tensor.dispose();
        release(node);
      }
      return results;
    },
    async release() {
      for (const { tensor } of new Set(constants.values())) tensor.dispose();
    },
  };
}

/** Counts how often each node's value is read, as an input or as an output. */
function countReaders(order: readonly Node[], outputs: Outputs): Map<Node, number> {
  const counts = new Map(order.map((node) => [node, 0]));
  for (const node of [...order.flatMap(({ inputs }) => inputs), ...Object.values(outputs)]) {
    counts.set(node, counts.get(node)! + 1);
  }
  return counts;
}

/** Computes everything that depends on no input. Constant convolution kernels are stored in TensorFlow's layout. */
function makeConstants(tf: typeof TensorFlow, order: readonly Node[], readers: Map<Node, number>): Map<Node, Stored> {
  const convolutionOf = new Map(
    order.flatMap((node) => (node.operation.type === 'conv' ? [[node.inputs[1]!, node] as const] : [])),
  );
  const constants = new Map<Node, Stored>();
  tf.engine().startScope();
  for (const node of order) {
    const { operation, inputs, shape } = node;
    if (operation.type === 'constant') {
      const tensor = tf.tensor(operation.data, [...shape]);
      const convolution = readers.get(node) === 1 ? convolutionOf.get(node) : undefined;
      constants.set(node, convolution ? constantKernel(tf, tensor, convolution) : inGraphLayout(tensor));
    } else if (inputs.length > 0 && inputs.every((each) => constants.has(each))) {
      constants.set(node, compute(tf, node, constants));
    }
  }
  for (const { tensor } of constants.values()) tf.keep(tensor);
  tf.engine().endScope();
  return constants;
}

function compute(tf: typeof TensorFlow, node: Node, values: Map<Node, Stored>): Stored {
  const inputs = node.inputs.map((each) => values.get(each)!);
  let isChannelsLast = false;
  const tensor = tf.tidy(() => {
    const result = tfjsRules[node.operation.type](tf, inputs, node, node.operation as never);
    isChannelsLast = result.isChannelsLast;
    return result.tensor;
  });
  return { tensor, isChannelsLast };
}
