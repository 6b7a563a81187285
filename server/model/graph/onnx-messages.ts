import protobuf from 'protobufjs/light.js';
import type { Shape } from './node.ts';

/** The protobuf messages of an ONNX file, and a writer that collects nodes and initializers. */

const field = (id: number, type: string, repeated = false) => ({ id, type, ...(repeated && { rule: 'repeated' }) });

/** The subset of `onnx.proto3` that a model of plain float32 operations needs. */
export const { ModelProto } = protobuf.Root.fromJSON({
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

export const float32 = 1;
const int64 = 7;
const attributeTypes = { int: 2, string: 3, ints: 7 };

export type Attributes = Record<string, number | string | readonly number[]>;

function encodeAttribute([name, value]: [string, Attributes[string]]) {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: attributeTypes.string };
  return { name, ints: value, type: attributeTypes.ints };
}

/**
 * Placeholder length of a dynamic axis. Graph shapes are static, but exported models accept any number of images. A
 * prime, so that no static axis is a multiple of it.
 */
export const dynamicLength = 7919;

const isDynamic = (length: number): boolean => length % dynamicLength === 0;

/** In an ONNX Reshape, −1 means that the length is inferred. */
const reshapeTo = (shape: Shape): number[] => shape.map((length) => (isDynamic(length) ? -1 : length));

const dimension = (length: number) => (isDynamic(length) ? { dimParam: 'N' } : { dimValue: length });

/** Describes a named input or output. */
export const valueInfo = (name: string, shape: Shape) => ({
  name,
  type: { tensorType: { elemType: float32, shape: { dim: shape.map(dimension) } } },
});

/** Collects the nodes and initializers of one model. Each method returns the name of the tensor that it adds. */
export class OnnxWriter {
  readonly nodes: object[] = [];
  readonly initializers: object[] = [];
  private count = 0;

  private nextName = (): string => `t${this.count++}`;

  floats(data: Float32Array, dims: Shape): string {
    const name = this.nextName();
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, dataType: float32, rawData });
    return name;
  }

  integers(values: readonly number[]): string {
    const name = this.nextName();
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.initializers.push({ name, dims: [values.length], dataType: int64, rawData });
    return name;
  }

  apply(opType: string, inputs: string[], attributes: Attributes = {}): string {
    const output = this.nextName();
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
