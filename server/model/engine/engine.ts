import type { EngineName } from '@/lib/config/engines.ts';
import type { Outputs } from '@/server/model/graph/node.ts';

/** Tensors by name: row-major float32, with the shapes of the graph's nodes. */
export type Tensors = Record<string, Float32Array>;

/** A graph compiled by an engine. */
export interface Program {
  /**
   * Computes the graph's outputs from its inputs.
   *
   * @throws Error if an input is missing or its size does not match its shape
   */
  run(inputs: Tensors): Promise<Tensors>;
  release(): Promise<void>;
}

/** A backend that compiles and runs graphs. Each implementation is one file in this folder. */
export interface Engine {
  /** The value of `--engine`. */
  readonly name: EngineName;
  /** Display name of the device, such as `AMD EPYC`. */
  readonly device: string;
  /** Null if the library decides. */
  readonly threads: number | null;
  /** Part of the cache key of computed values: results of two engines may differ in the last bits. */
  readonly fingerprint: string;
  /** Compiles a graph. Compile each shape once per run: engines may leak compiled programs. */
  compile(outputs: Outputs): Promise<Program>;
}
