import { type Node, type Operation, type Outputs, topologicalOrder } from './node.ts';
import { ModelProto, OnnxWriter, valueInfo } from './onnx-messages.ts';
import { type OnnxRule, onnxOperations } from './onnx-operations.ts';

export interface ModelNotes {
  /** One sentence about the model. */
  description?: string;
  /** Free-form entries for programs that use the model. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Encodes a graph as an ONNX model (https://onnx.ai/onnx/intro, opset 17), which ONNX Runtime runs natively or as
 * WebAssembly, on any device. Deterministic: the same graph yields the same bytes.
 *
 * @param outputs an axis of length `dynamicLength` becomes a dynamic axis called N, allowed in plain reshapes only
 * @returns the bytes of a model whose inputs and outputs have the graph's names
 * @throws Error if two different input nodes share a name
 */
export function encodeOnnx(outputs: Outputs, { description, metadata = {} }: ModelNotes = {}): Uint8Array {
  const writer = new OnnxWriter();
  const names = new Map<Node, string>();
  const inputs = new Map<string, Node>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const { operation } = node;
    if (operation.type === 'input') {
      if (inputs.has(operation.name)) throw new Error(`two inputs are named ${operation.name}`);
      inputs.set(operation.name, node);
      names.set(node, operation.name);
      continue;
    }
    const rule = onnxOperations[operation.type] as OnnxRule<Operation['type']>;
    const x = node.inputs.map((each) => names.get(each)!);
    names.set(node, rule(writer, x, node, operation as never));
  }
  for (const [name, node] of Object.entries(outputs)) {
    // An Identity node gives the output its public name, even if one node is returned under two names.
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
