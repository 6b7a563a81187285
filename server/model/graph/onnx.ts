import protobuf from 'protobufjs/light.js';
import {
  type Node,
  type Operation,
  type OperationOf,
  type Outputs,
  type Shape,
  topologicalOrder,
} from './operations.ts';

/**
 * Writes a graph as the bytes of an ONNX model (https://onnx.ai/onnx/intro, operator set 17), which every ONNX Runtime
 * takes, native or WASM, on any device.
 */

const field = (id: number, type: string, repeated = false) => ({ id, type, ...(repeated && { rule: 'repeated' }) });

/** The few messages of `onnx.proto3` that a model of plain float32 operations needs. */
const { ModelProto } = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        docString: field(6, 'string'),
        graph: field(7, 'GraphProto'),
        opsetImport: field(8, 'OperatorSetIdProto', true),
        metadataProps: field(14, 'StringStringEntryProto', true),
      },
    },
    StringStringEntryProto: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    OperatorSetIdProto: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    GraphProto: {
      fields: {
        node: field(1, 'NodeProto', true),
        name: field(2, 'string'),
        initializer: field(5, 'TensorProto', true),
        input: field(11, 'ValueInfoProto', true),
        output: field(12, 'ValueInfoProto', true),
      },
    },
    NodeProto: {
      fields: {
        input: field(1, 'string', true),
        output: field(2, 'string', true),
        opType: field(4, 'string'),
        attribute: field(5, 'AttributeProto', true),
      },
    },
    AttributeProto: {
      fields: {
        name: field(1, 'string'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        ints: { ...field(8, 'int64', true), options: { packed: false } },
        type: field(20, 'int32'),
      },
    },
    TensorProto: {
      fields: {
        dims: { ...field(1, 'int64', true), options: { packed: false } },
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    ValueInfoProto: { fields: { name: field(1, 'string'), type: field(2, 'TypeProto') } },
    TypeProto: { fields: { tensorType: field(1, 'TensorTypeProto') } },
    TensorTypeProto: { fields: { elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') } },
    TensorShapeProto: { fields: { dim: field(1, 'DimensionProto', true) } },
    DimensionProto: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
}).nested as Record<'ModelProto', protobuf.Type>;

const float32 = 1;
const int64 = 7;
const attributeTypes = { int: 2, string: 3, ints: 7 };

type Attributes = Record<string, number | string | readonly number[]>;

function encodeAttribute([name, value]: [string, Attributes[string]]) {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: attributeTypes.string };
  return { name, ints: value, type: attributeTypes.ints };
}

/**
 * A graph's shapes are static, but a model for everyone takes any number of images. This length stands for that number: a
 * prime that no other axis is a multiple of.
 */
export const anyNumber = 7919;

const isFree = (length: number): boolean => length % anyNumber === 0;

/** ONNX reads −1 as "as long as it must be". */
const reshapeTo = (shape: Shape): number[] => shape.map((length) => (isFree(length) ? -1 : length));

const dimension = (length: number) => (isFree(length) ? { dimParam: 'N' } : { dimValue: length });

const valueInfo = (name: string, shape: Shape) => ({
  name,
  type: { tensorType: { elemType: float32, shape: { dim: shape.map(dimension) } } },
});

/** Collects the parts of one model; every tensor is known by a short name. */
class Writer {
  readonly nodes: object[] = [];
  readonly initializers: object[] = [];
  private count = 0;

  fresh = (): string => `t${this.count++}`;

  floats(data: Float32Array, dims: Shape): string {
    const name = this.fresh();
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, dataType: float32, rawData });
    return name;
  }

  integers(values: readonly number[]): string {
    const name = this.fresh();
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.initializers.push({ name, dims: [values.length], dataType: int64, rawData });
    return name;
  }

  apply(opType: string, inputs: string[], attributes: Attributes = {}): string {
    const output = this.fresh();
    this.nodes.push({
      opType,
      input: inputs,
      output: [output],
      attribute: Object.entries(attributes).map(encodeAttribute),
    });
    return output;
  }

  reshape = (x: string, shape: Shape): string => this.apply('Reshape', [x, this.integers(reshapeTo(shape))]);
}

/** How one operation is said in ONNX. `x`: the names of the inputs; returns the name of the result. */
type Rule<T extends Operation['type']> = (w: Writer, x: string[], node: Node, operation: OperationOf<T>) => string;

const plain =
  (opType: string, attributes: Attributes = {}) =>
  (w: Writer, x: string[]): string =>
    w.apply(opType, x, attributes);

const bothSides = (before: number, after: number): number[] => [before, before, after, after];
const square = (length: number): number[] => [length, length];

/** [c, n, h, w] as one image of c·n channels: then a convolution with c·n groups is the depthwise one, and no data moves. */
const asOneImage = ([channels = 0, images = 0, ...sides]: Shape): number[] => [1, channels * images, ...sides];

/** The kernels [c, 3, 3], repeated for each of n images. */
function repeatKernels(w: Writer, kernels: string, [channels = 0, images = 0]: Shape): string {
  const repeated = w.apply('Expand', [w.reshape(kernels, [channels, 1, 3, 3]), w.integers([channels, images, 3, 3])]);
  return w.reshape(repeated, [channels * images, 1, 3, 3]);
}

const rules: { [T in Exclude<Operation['type'], 'input'>]: Rule<T> } = {
  constant: (w, _, { shape }, { data }) => w.floats(data, shape),
  matMul: (w, [a = '', b = ''], { shape, inputs: [first] }, { transposeA, transposeB }) => {
    if (shape.length === 2) return w.apply('Gemm', [a, b], { transA: Number(transposeA), transB: Number(transposeB) });
    const turned = (name: string, rank: number, really: boolean) =>
      really ? w.apply('Transpose', [name], { perm: rank === 2 ? [1, 0] : [0, 2, 1] }) : name;
    return w.apply('MatMul', [turned(a, first!.shape.length, transposeA), turned(b, 3, transposeB)]); // ONNX Runtime fuses the transposes in
  },
  conv: (w, x, _, { stride, padding, groups }) =>
    w.apply('Conv', x, { strides: square(stride), pads: bothSides(padding.before, padding.after), group: groups }),
  depthwiseConv: (w, [x = '', kernels = ''], { inputs: [input], shape }, { stride, padding }) => {
    const oneImage = asOneImage(input!.shape);
    const y = w.apply('Conv', [w.reshape(x, oneImage), repeatKernels(w, kernels, shape)], {
      strides: square(stride),
      pads: bothSides(padding.before, padding.after),
      group: oneImage[1]!,
    });
    return w.reshape(y, shape);
  },
  depthwiseConvTranspose: (w, [dy = '', kernels = ''], { inputs: [input], shape }, { stride, padding }) => {
    const oneImage = asOneImage(input!.shape);
    const dx = w.apply('ConvTranspose', [w.reshape(dy, oneImage), repeatKernels(w, kernels, shape)], {
      strides: square(stride),
      pads: bothSides(padding.before, padding.after),
      group: oneImage[1]!,
    });
    return w.reshape(dx, shape);
  },
  depthwiseKernelGradient: (w, [x = '', dy = ''], { inputs: [input], shape }, { stride, padding }) => {
    // x convolved with dy as its kernel, all images of a channel in one group; the forward's stride is a dilation here.
    const gradient = w.apply('Conv', [w.reshape(x, asOneImage(input!.shape)), dy], {
      dilations: square(stride),
      pads: bothSides(padding.before, padding.after),
      group: shape[0]!,
    });
    return w.reshape(gradient, shape);
  },
  add: plain('Add'),
  subtract: plain('Sub'),
  multiply: plain('Mul'),
  divide: plain('Div'),
  equal: (w, x) => w.apply('Cast', [w.apply('Equal', x)], { to: float32 }),
  sqrt: plain('Sqrt'),
  exp: plain('Exp'),
  clip: (w, [x = ''], _, { low, high }) =>
    low === 0 && high === Number.POSITIVE_INFINITY
      ? w.apply('Relu', [x])
      : w.apply('Clip', [x, w.floats(Float32Array.of(low), []), w.floats(Float32Array.of(high), [])]),
  logSoftmax: plain('LogSoftmax', { axis: -1 }),
  sum: (w, [x = ''], _, { axes }) => w.apply('ReduceSum', [x, w.integers(axes)], { keepdims: 1 }),
  reshape: (w, [x = ''], { shape }) => w.reshape(x, shape),
  transpose: (w, x, _, { order }) => w.apply('Transpose', x, { perm: order }),
  slice: (w, [x = ''], { shape }, { start, step }) => {
    // Backwards past the first element is written as a large negative end (−1 would mean the last one).
    const end = start
      .map((first, axis) => first + step[axis]! * shape[axis]!)
      .map((last) => (last < 0 ? -(2 ** 31) : last));
    const axes = start.map((_, axis) => axis);
    return w.apply('Slice', [x, w.integers(start), w.integers(end), w.integers(axes), w.integers(step)]);
  },
  pad: (w, [x = ''], { shape }, { padding }) => {
    const leading = Array<number>(shape.length - 2).fill(0);
    const side = (amount: number) => [...leading, amount, amount];
    return w.apply('Pad', [x, w.integers([...side(padding.before), ...side(padding.after)])]);
  },
  concat: (w, x, _, { axis }) => w.apply('Concat', x, { axis }),
  broadcast: (w, [x = ''], { shape }) => w.apply('Expand', [x, w.integers(shape)]),
};

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
  const writer = new Writer();
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
    const rule = rules[operation.type] as Rule<Operation['type']>;
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
