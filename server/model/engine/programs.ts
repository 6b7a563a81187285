import type { Outputs } from '@/server/model/graph/node.ts';
import { frozenGraph, inferenceGraph, type ModelShape, trainingGraph } from '@/server/model/network/model.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import type { Engine, Program } from './engine.ts';

/** The programs of one model. Each is compiled on first use and cached until `release`. */
export class Programs {
  private readonly compiled = new Map<string, Promise<Program>>();

  constructor(
    private readonly engine: Engine,
    private readonly weights: Weights,
    readonly model: ModelShape,
  ) {}

  frozen = (batch: number) => this.program('frozen', batch, () => frozenGraph(this.weights, this.model, batch));
  training = (batch: number) => this.program('training', batch, () => trainingGraph(this.weights, this.model, batch));
  inference = (batch: number) =>
    this.program('inference', batch, () => inferenceGraph(this.weights, this.model, batch));

  private program(kind: string, batch: number, graph: () => Outputs): Promise<Program> {
    const key = `${kind} ${batch}`;
    const program = this.compiled.get(key) ?? this.engine.compile(graph());
    this.compiled.set(key, program);
    return program;
  }

  async release(): Promise<void> {
    await Promise.all([...this.compiled.values()].map(async (program) => (await program).release()));
    this.compiled.clear();
  }
}
