import { plainBatches } from './dataset/batches.ts';
import type { ImageSet } from './dataset/dataset.ts';
import { padRows } from './features.ts';
import { sizeOf } from './graph/operations.ts';
import type { Parameters } from './network/head.ts';
import { frozenShape } from './network/model.ts';
import type { Programs } from './programs.ts';

/** Images in one inference pass. */
const inferenceBatch = 100;

/** Called after each batch with the number of its images and the seconds they took; may throw to stop. */
export type OnBatch = (images: number, seconds: number) => Promise<void>;

/**
 * The tail's logits from what the frozen part handed over.
 *
 * @param frozen [images, …].
 * @returns [images, classes].
 */
export async function logitsFromFrozen(
  programs: Programs,
  parameters: Parameters,
  frozen: Float32Array,
): Promise<Float32Array> {
  const { classes } = programs.model;
  const width = sizeOf(frozenShape(programs.model));
  const images = frozen.length / width;
  const program = await programs.inference(inferenceBatch);
  const inputs = Object.fromEntries(parameters);
  const logits = new Float32Array(images * classes);
  for (let at = 0; at < images; at += inferenceBatch) {
    const count = Math.min(inferenceBatch, images - at);
    const rows = padRows(frozen.subarray(at * width, (at + count) * width), count, inferenceBatch);
    const results = await program.run({ ...inputs, frozen: rows });
    logits.set(results.logits!.subarray(0, count * classes), at * classes);
  }
  return logits;
}

/** The whole model's logits [images, classes] from pixels, of the images themselves or of their mirror images. */
export async function logitsFromImages(
  programs: Programs,
  parameters: Parameters,
  images: ImageSet,
  indices: Uint32Array,
  { mirrored, onBatch }: { mirrored: boolean; onBatch?: OnBatch },
): Promise<Float32Array> {
  const { classes } = programs.model;
  const frozenPart = await programs.frozen(inferenceBatch);
  const logits = new Float32Array(indices.length * classes);
  const width = sizeOf(frozenShape(programs.model));
  let done = 0;
  for (const { pixels, count } of plainBatches(images, indices, inferenceBatch, { mirrored })) {
    const started = performance.now();
    const { frozen } = await frozenPart.run({ pixels: padRows(pixels, count, inferenceBatch) });
    logits.set(await logitsFromFrozen(programs, parameters, frozen!.subarray(0, count * width)), done * classes);
    done += count;
    await onBatch?.(count, (performance.now() - started) / 1000);
  }
  return logits;
}
