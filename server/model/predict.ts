import { padRows } from './activations/activation-store.ts';
import type { Float16Rows } from './activations/float16-rows.ts';
import { type OnBatch, plainBatches } from './dataset/batches/batches.ts';
import type { ImageSet } from './dataset/dataset.ts';
import type { Programs } from './engine/programs.ts';
import type { Parameters } from './network/head.ts';

/** Images per inference pass. */
const inferenceBatch = 100;

/** Runs the tail on one batch of features or cached activations, [count, …]. @returns logits [count, classes] */
async function logitsFromFrozen(programs: Programs, parameters: Parameters, frozen: Float32Array, count: number) {
  const program = await programs.inference(inferenceBatch);
  const rows = padRows(frozen, count, inferenceBatch);
  const { logits } = await program.run({ ...Object.fromEntries(parameters), frozen: rows });
  return logits!.subarray(0, count * programs.model.classes);
}

/** Runs the tail on features or cached activations. @returns logits [rows, classes] */
export async function logitsFromRows(
  programs: Programs,
  parameters: Parameters,
  rows: Float16Rows,
  onBatch?: OnBatch,
): Promise<Float32Array> {
  const { classes } = programs.model;
  const logits = new Float32Array(rows.count * classes);
  for (let at = 0; at < rows.count; at += inferenceBatch) {
    const started = performance.now();
    const count = Math.min(inferenceBatch, rows.count - at);
    logits.set(await logitsFromFrozen(programs, parameters, rows.slice(at, at + count), count), at * classes);
    await onBatch?.(count, (performance.now() - started) / 1000);
  }
  return logits;
}

/**
 * Runs the complete model on images, or on their mirror images if `mirrored`.
 *
 * @param onFrozen called with the time of the frozen part; `onBatch` with the time of the tail
 * @returns logits [images, classes]
 */
export async function logitsFromImages(
  programs: Programs,
  parameters: Parameters,
  images: ImageSet,
  indices: Uint32Array,
  { mirrored, onFrozen, onBatch }: { mirrored: boolean; onFrozen?: OnBatch; onBatch?: OnBatch },
): Promise<Float32Array> {
  const { classes } = programs.model;
  const frozenPart = await programs.frozen(inferenceBatch);
  const logits = new Float32Array(indices.length * classes);
  let done = 0;
  for (const { pixels, count } of plainBatches(images, indices, inferenceBatch, { mirrored })) {
    const started = performance.now();
    const { frozen } = await frozenPart.run({ pixels: padRows(pixels, count, inferenceBatch) });
    const frozenDone = performance.now();
    await onFrozen?.(count, (frozenDone - started) / 1000);
    const rows = frozen!.subarray(0, (frozen!.length / inferenceBatch) * count);
    logits.set(await logitsFromFrozen(programs, parameters, rows, count), done * classes);
    done += count;
    await onBatch?.(count, (performance.now() - frozenDone) / 1000);
  }
  return logits;
}
