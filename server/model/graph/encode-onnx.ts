import { type Node, type Operation, type Outputs, topologicalOrder } from './node.ts';
import { type OnnxRule, onnxOperations } from './onnx-operations.ts';
import { ModelProto, OnnxWriter, valueInfo } from './onnx-writer.ts';

/**
 * Writes a graph as the bytes of an ONNX model (https://onnx.ai/onnx/intro, operator set 17), which every ONNX Runtime
 * takes, native or WASM, on any device.
 */

export interface ModelNotes {
  /** What the model is, in a sentence. */
  description?: string;
  /** What a program that uses it should know. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * @returns the bytes of an ONNX model whose inputs and outputs carry the graph's names. The same graph gives the same
 *   bytes. An axis of length `anyNumber` is a free one, called N; such a graph may use it in plain reshapes only.
 * @throws Error where two different input nodes share a name.
 */
export function encodeOnnx(outputs: Outputs, { description, metadata = {} }: ModelNotes = {}): Uint8Array {
  const writer = new OnnxWriter();
  const names = new Map<Node, string>();
  const inputs = new Map<string, Node>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const { operation } = node;
    if (operation.type === 'input') {
      if (inputs.has(operation.name)) throw new Error(`two inputs are called ${operation.name}`);
      inputs.set(operation.name, node);
      names.set(node, operation.name);
      continue;
    }
    const rule = onnxOperations[operation.type] as OnnxRule<Operation['type']>;
    const x = node.inputs.map((each) => names.get(each)!);
    names.set(node, rule(writer, x, node, operation as never));
  }
  for (const [name, node] of Object.entries(outputs)) {
    // Identity gives the result its public name, also where one node is two results.
    writer.nodes.push({ opType: 'Identity', input: [names.get(node)!], output: [name], attribute: [] });
  }
  const model = {
    irVersion: 9,
    producerName: 'transfer-lab',
    docString: description,
    opsetImport: [{ domain: '', version: 17 }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'graph',
      node: writer.nodes,
      initializer: writer.initializers,
      input: [...inputs].map(([name, { shape }]) => valueInfo(name, shape)),
      output: Object.entries(outputs).map(([name, { shape }]) => valueInfo(name, shape)),
    },
  };
  return ModelProto.encode(model).finish();
}
