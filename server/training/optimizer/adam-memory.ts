import { loadKernels, paddedBytes, reserve } from '@/server/model/kernels/kernels.ts';

/** What all tensors of a step share; see kernels.wat. */
export interface AdamStep {
  alpha: number;
  kept: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** Elements that go through the kernel at once: few enough to stay in the processor's cache on their way in and out. */
const block = 8192;

const blockBytes = paddedBytes(block);

/** Adam's running means of each tensor's gradient and of its square, where the kernel finds them. */
export class AdamMemory {
  private readonly memory = new WebAssembly.Memory({ initial: 0 });
  private readonly kernels = loadKernels(this.memory);
  private readonly offsets = new Map<string, { mean: number; square: number; length: number }>();
  /** First two blocks: values and gradient in passing. */
  private end = 2 * blockBytes;

  /** Changes `values` in place, and the means of their tensor, which are 0 at first. @returns whether all is finite */
  update(name: string, values: Float32Array, gradient: Float32Array, step: AdamStep): boolean {
    const { mean, square } = this.place(name, values.length);
    const { buffer } = this.memory;
    let sum = 0;
    for (let at = 0; at < values.length; at += block) {
      const some = values.subarray(at, at + block);
      const passing = new Float32Array(buffer, 0, block);
      const passingGradient = new Float32Array(buffer, blockBytes, block);
      passing.set(some);
      passingGradient.set(gradient.subarray(at, at + block));
      // The kernel takes two at a time: beside the last of an odd number lies nothing.
      if (some.length % 2 === 1) passing[some.length] = passingGradient[some.length] = 0;
      const skipped = at * Float32Array.BYTES_PER_ELEMENT;
      sum += this.kernels.adam(
        0,
        mean + skipped,
        square + skipped,
        blockBytes,
        some.length,
        step.alpha,
        step.kept,
        1 - step.beta1,
        1 - step.beta2,
        step.epsilon,
      );
      some.set(passing.subarray(0, some.length));
    }
    return Number.isFinite(sum);
  }

  /** Both means of every tensor, `mean/dense/kernel`; good until a tensor comes in that was not there before. */
  arrays(): Map<string, Float32Array> {
    const views = new Map<string, Float32Array>();
    for (const [name, { mean, square, length }] of this.offsets) {
      views.set(`mean/${name}`, new Float32Array(this.memory.buffer, mean, length));
      views.set(`square/${name}`, new Float32Array(this.memory.buffer, square, length));
    }
    return views;
  }

  /** Takes over copies of another's. */
  restore(arrays: Map<string, Float32Array>): void {
    const prefix = 'mean/';
    for (const [key, mean] of arrays) {
      if (!key.startsWith(prefix)) continue;
      const name = key.slice(prefix.length);
      const square = arrays.get(`square/${name}`);
      if (!square) throw new Error(`there is a mean but no mean square of ${name}`);
      const offsets = this.place(name, mean.length);
      new Float32Array(this.memory.buffer, offsets.mean, mean.length).set(mean);
      new Float32Array(this.memory.buffer, offsets.square, mean.length).set(square);
    }
  }

  private place(name: string, length: number) {
    const found = this.offsets.get(name);
    if (found) return found;
    const placed = { mean: this.end, square: this.end + paddedBytes(length), length };
    this.end = placed.square + paddedBytes(length);
    reserve(this.memory, this.end);
    this.offsets.set(name, placed);
    return placed;
  }
}
