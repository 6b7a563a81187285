import { loadKernels, paddedBytes, reserve } from '@/server/model/kernels/kernels.ts';

/** Parameters of a step, the same for all tensors; see kernels.wat. */
export interface AdamStep {
  /** Bias-corrected learning rate. */
  alpha: number;
  /** Factor that weight decay applies to every value. */
  kept: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** Elements per call of the kernel: few enough to stay in the processor's cache. */
const block = 8192;

const blockBytes = paddedBytes(block);

/** Adam's running means of each gradient and its square, in the memory of the WebAssembly kernel. */
export class AdamMemory {
  private readonly memory = new WebAssembly.Memory({ initial: 0 });
  private readonly kernels = loadKernels(this.memory);
  private readonly offsets = new Map<string, { mean: number; square: number; length: number }>();
  /** The first two blocks are buffers for the values and gradient of a call. */
  private end = 2 * blockBytes;

  /** Updates `values` in place, and the means of their tensor, which start at 0. @returns whether all results are finite */
  update(name: string, values: Float32Array, gradient: Float32Array, step: AdamStep): boolean {
    const { mean, square } = this.place(name, values.length);
    const { buffer } = this.memory;
    let sum = 0;
    for (let at = 0; at < values.length; at += block) {
      const chunk = values.subarray(at, at + block);
      const valueBuffer = new Float32Array(buffer, 0, block);
      const gradientBuffer = new Float32Array(buffer, blockBytes, block);
      valueBuffer.set(chunk);
      gradientBuffer.set(gradient.subarray(at, at + block));
      // The kernel processes pairs: pad an odd number of elements.
      if (chunk.length % 2 === 1) valueBuffer[chunk.length] = gradientBuffer[chunk.length] = 0;
      const offset = at * Float32Array.BYTES_PER_ELEMENT;
      sum += this.kernels.adam(
        0,
        mean + offset,
        square + offset,
        blockBytes,
        chunk.length,
        step.alpha,
        step.kept,
        1 - step.beta1,
        1 - step.beta2,
        step.epsilon,
      );
      chunk.set(valueBuffer.subarray(0, chunk.length));
    }
    return Number.isFinite(sum);
  }

  /** Both means of every tensor, as `mean/dense/kernel`. The arrays are valid until the first update of a new tensor. */
  arrays(): Map<string, Float32Array> {
    const views = new Map<string, Float32Array>();
    for (const [name, { mean, square, length }] of this.offsets) {
      views.set(`mean/${name}`, new Float32Array(this.memory.buffer, mean, length));
      views.set(`square/${name}`, new Float32Array(this.memory.buffer, square, length));
    }
    return views;
  }

  /** Copies means that `arrays` returned. */
  restore(arrays: Map<string, Float32Array>): void {
    const prefix = 'mean/';
    for (const [key, mean] of arrays) {
      if (!key.startsWith(prefix)) continue;
      const name = key.slice(prefix.length);
      const square = arrays.get(`square/${name}`);
      if (!square) throw new Error(`the optimizer state has a mean but no mean square for ${name}`);
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
