import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { featureCount } from '../../lib/mobilenet-v2.ts';
import { plainBatches } from './dataset/batches.ts';
import type { ImageSet } from './dataset/dataset.ts';
import type { Engine, Program } from './engine/engine.ts';
import { encodeOnnx } from './graph/onnx.ts';
import { frozenGraph, type ModelShape } from './network/model.ts';
import type { Weights } from './network/weights.ts';

/**
 * The frozen base's output for whole sets of images, computed once and kept on disk. A file is found by everything that
 * its numbers depend on (the graph's very bytes, the pixels, the engine), so a change of any of them never meets an old file.
 */

/** Images in one extraction pass: fixed, so that features do not depend on a run's batch size. */
export const extractionBatch = 64;

export interface FeatureRequest {
  images: ImageSet;
  /** Which of them, in this order. */
  indices: Uint32Array;
  /** All that a run on the whole data set would ask for: its file serves parts of it too. */
  complete: Uint32Array;
  mirrored: boolean;
}

export interface Features {
  /** [images, 1280], in the order of the request. */
  rows: Float32Array;
  cached: boolean;
}

export class FeatureStore {
  private program: Promise<Program> | null = null;
  private readonly graph;
  private readonly key: string;

  constructor(
    private readonly engine: Engine,
    weights: Weights,
    model: Pick<ModelShape, 'network' | 'imageSize'>,
    dataHash: string,
    private readonly folder: string,
  ) {
    this.graph = frozenGraph(weights, { ...model, nUnfreeze: 0 }, extractionBatch);
    const key = createHash('sha256').update(encodeOnnx(this.graph)).update(dataHash).update(engine.fingerprint);
    this.key = key.digest('hex').slice(0, 16);
  }

  /**
   * @param onBatch called after each batch that had to be computed, with the number of its images; may throw to stop.
   */
  async get(request: FeatureRequest, onBatch: (images: number, seconds: number) => Promise<void>): Promise<Features> {
    for (const indices of [request.indices, request.complete]) {
      const rows = await readRows(this.file(indices, request.mirrored), indices, request.indices);
      if (rows) return { rows, cached: true };
    }
    const rows = await this.extract(request, onBatch);
    await writeRows(this.file(request.indices, request.mirrored), rows);
    return { rows, cached: false };
  }

  async release(): Promise<void> {
    await (await this.program)?.release();
    this.program = null;
  }

  /** The features themselves, whatever lies on disk. */
  async extract(
    { images, indices, mirrored }: Omit<FeatureRequest, 'complete'>,
    onBatch: (images: number, seconds: number) => Promise<void>,
  ): Promise<Float32Array> {
    this.program ??= this.engine.compile(this.graph);
    const program = await this.program;
    const rows = new Float32Array(indices.length * featureCount);
    let done = 0;
    for (const { pixels, count } of plainBatches(images, indices, extractionBatch, { mirrored })) {
      const started = performance.now();
      const { frozen } = await program.run({ pixels: padRows(pixels, count, extractionBatch) });
      rows.set(frozen!.subarray(0, count * featureCount), done * featureCount);
      done += count;
      await onBatch(count, (performance.now() - started) / 1000);
    }
    return rows;
  }

  private file = (indices: Uint32Array, mirrored: boolean): string =>
    path.join(this.folder, this.fileName(indices, mirrored));

  /** Whether they need not be computed; only to be known ahead of time. */
  isKept = ({ indices, complete, mirrored }: Omit<FeatureRequest, 'images'>): boolean =>
    [indices, complete].some((each) => existsSync(this.file(each, mirrored)));

  /** Under which name the features of some images are kept, once they are computed. */
  fileName(indices: Uint32Array, mirrored: boolean): string {
    const which = createHash('sha256').update(indices).digest('hex').slice(0, 12);
    return `features-${this.key}-${which}${mirrored ? '-mirrored' : ''}.bin`;
  }
}

/** Repeats nothing, adds zeros: rows [count, …] as [batch, …], for programs of a fixed batch. */
export function padRows(rows: Float32Array, count: number, batch: number): Float32Array {
  if (count === batch) return rows;
  const padded = new Float32Array((rows.length / count) * batch);
  padded.set(rows);
  return padded;
}

const rowBytes = featureCount * Float32Array.BYTES_PER_ELEMENT;

/** Reads the rows of `wanted` from a file that holds those of `stored`; null where there is no such whole file or row. */
async function readRows(file: string, stored: Uint32Array, wanted: Uint32Array): Promise<Float32Array | null> {
  const size = await stat(file).then(
    (found) => found.size,
    () => null,
  );
  if (size !== stored.length * rowBytes) return null;
  const all = new Float32Array(stored.length * featureCount);
  const handle = await open(file);
  try {
    const bytes = new Uint8Array(all.buffer);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, 2 ** 26), at);
      if (bytesRead === 0) return null;
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
  if (wanted === stored) return all;
  const place = new Map(Array.from(stored, (index, row) => [index, row]));
  const rows = new Float32Array(wanted.length * featureCount);
  for (const [at, index] of wanted.entries()) {
    const row = place.get(index);
    if (row === undefined) return null;
    rows.set(all.subarray(row * featureCount, (row + 1) * featureCount), at * featureCount);
  }
  return rows;
}

/** Whole or not at all: written under another name first. */
async function writeRows(file: string, rows: Float32Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
