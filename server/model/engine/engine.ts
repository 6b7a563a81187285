import type { EngineName } from '@/lib/config/engines.ts';
import type { Outputs } from '@/server/model/graph/node.ts';

/** Named tensors, row-major float32, of the shapes that the graph gives them. */
export type Tensors = Record<string, Float32Array>;

/** A graph that an engine has made ready to run. */
export interface Program {
  /**
   * Computes the graph's outputs from its inputs.
   *
   * @throws Error where an input is missing or has not the size that its shape says.
   */
  run(inputs: Tensors): Promise<Tensors>;
  release(): Promise<void>;
}

/** What computes. A new one is one more file beside this. */
export interface Engine {
  /** As `--engine` names it. */
  readonly name: EngineName;
  /** What it runs on, for people: `AMD EPYC`. */
  readonly device: string;
  /** Null where that is not ours to say. */
  readonly threads: number | null;
  /** Part of the key of everything cached that this engine computed: results may differ in the last bits between two. */
  readonly fingerprint: string;
  /** Compiles a graph. Do it once for each shape in a run: engines may leak what they compile. */
  compile(outputs: Outputs): Promise<Program>;
}
