import { loadKernels, paddedBytes, reserve } from '@/server/model/kernels/kernels.ts';

/** Decodes rows of halves into memory that is reused: allocating as much as a batch takes costs time. */
export class Float16Decoder {
  private readonly memory = new WebAssembly.Memory({ initial: 0 });
  private readonly kernels = loadKernels(this.memory);

  /**
   * @param read writes the halves of one of the rows, [width], into what it is given
   * @returns the numbers that they stand for, exactly: [count, width], good until the next call
   */
  decode(
    count: number,
    width: number,
    read: (row: number, target: Uint16Array<ArrayBuffer>) => void,
  ): Float32Array<ArrayBuffer> {
    const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    const start = paddedBytes(width); // more than the row of halves that is decoded next
    reserve(this.memory, start + count * rowBytes + paddedBytes(1));
    const halves = new Uint16Array(this.memory.buffer, 0, width);
    for (let row = 0; row < count; row++) {
      read(row, halves);
      // Where rows are no whole vectors the next one overwrites what was too much.
      this.kernels.fromFloat16(0, start + row * rowBytes, width);
    }
    return new Float32Array(this.memory.buffer, start, count * width);
  }
}
