import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { toHalves } from '@/lib/float16.ts';
import { frozenBlockCount } from '@/lib/network/mobilenet-v2.ts';
import { storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';
import { type OnBatch, plainBatches } from '@/server/model/dataset/batches/batches.ts';
import type { ImageSet } from '@/server/model/dataset/dataset.ts';
import type { Engine, Program } from '@/server/model/engine/engine.ts';
import { CodedError } from '@/server/model/errors.ts';
import { replaceAtomically } from '@/server/model/files/write-atomically.ts';
import { encodeOnnx } from '@/server/model/graph/encode-onnx.ts';
import { sizeOf } from '@/server/model/graph/node.ts';
import { frozenGraph, frozenShape, type ModelShape } from '@/server/model/network/model.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import type { CacheFolder } from './cache-folder.ts';
import { type Float16Rows, pickRows, rowsInFile, rowsInMemory } from './float16-rows.ts';

/**
 * Cached activations: the output of the network's frozen part for whole sets of images, computed once and kept on disk.
 * Where nothing of the base is trained, these are its pooled features. A file's name depends on everything that its numbers
 * depend on (the graph's very bytes, the pixels, the engine), so a change of any of them never finds an old file.
 */

/** Images in one pass: fixed, so that the numbers do not depend on a run's batch size. */
export const extractionBatch = 64;

export interface ActivationRequest {
  images: ImageSet;
  /** Which of them, in this order. */
  indices: Uint32Array;
  /** All that would be asked for of the whole data set: that file serves parts of it too. */
  complete: Uint32Array;
  mirrored: boolean;
}

export interface ActivationRows {
  rows: Float16Rows;
  /** Whether they had been computed before. */
  cached: boolean;
}

export class ActivationStore {
  /** Numbers of one image. */
  private readonly width: number;
  private readonly graph;
  /** The beginning of every file name. */
  private readonly key: string;
  private program: Promise<Program> | null = null;
  private readonly opened = new Map<string, Float16Rows>();
  private done = 0;

  constructor(
    private readonly engine: Engine,
    weights: Weights,
    model: Omit<ModelShape, 'classes'>,
    dataHash: string,
    private readonly cache: CacheFolder,
  ) {
    this.width = sizeOf(frozenShape(model));
    this.graph = frozenGraph(weights, model, extractionBatch);
    const key = createHash('sha256').update(encodeOnnx(this.graph)).update(dataHash).update(engine.fingerprint);
    const { blocks } = model.network;
    const count = frozenBlockCount(model.network, model.nUnfreeze);
    const what = count === blocks.length ? 'features' : blocks[count - 1]?.name;
    this.key = `${what}-${model.imageSize}px-${key.digest('hex').slice(0, 16)}`;
  }

  /**
   * Rows in the order of the request; in memory where the cache has no room for them.
   *
   * @param onBatch called after each batch that had to be computed, with the number of its images; may throw to stop.
   */
  async get(request: ActivationRequest, onBatch: OnBatch): Promise<ActivationRows> {
    const { indices, complete, mirrored } = request;
    const name = this.fileName(indices, mirrored);
    const found = this.opened.get(name) ?? (await this.find(indices, complete, mirrored));
    const rows = found ?? (await this.make(request, onBatch));
    this.opened.set(name, rows);
    return { rows, cached: found !== null };
  }

  /** How many images had to be computed so far. */
  get computed(): number {
    return this.done;
  }

  /** Whether the rows lie on disk, or can. */
  hasRoomFor = async (request: Omit<ActivationRequest, 'images'>): Promise<boolean> =>
    this.isKept(request) || this.cache.makeRoom(this.bytesOf(request.indices));

  /** Whether they need not be computed; only to be known ahead of time. */
  isKept = ({ indices, complete, mirrored }: Omit<ActivationRequest, 'images'>): boolean =>
    [indices, complete].some((each) => existsSync(this.cache.file(this.fileName(each, mirrored))));

  /** The name of the file with the rows of some images, once they are computed. */
  fileName(indices: Uint32Array, mirrored: boolean): string {
    const which = createHash('sha256').update(indices).digest('hex').slice(0, 12);
    return `${this.key}-${which}${mirrored ? '-mirrored' : ''}.f16`;
  }

  /** Frees the engine's memory; asking for more rows afterwards compiles the graph again. */
  async releaseProgram(): Promise<void> {
    await (await this.program)?.release();
    this.program = null;
  }

  async release(): Promise<void> {
    await this.releaseProgram();
    for (const rows of this.opened.values()) rows.close();
    this.opened.clear();
  }

  /** Computes rows, whatever lies on disk: `take` gets them batch by batch, and the next batch does not wait for it. */
  async compute(
    { images, indices, mirrored }: Omit<ActivationRequest, 'complete'>,
    take: (halves: Uint16Array<ArrayBuffer>, at: number) => Promise<void>,
    onBatch: OnBatch,
  ): Promise<void> {
    this.program ??= this.engine.compile(this.graph);
    const program = await this.program;
    let done = 0;
    let taking = Promise.resolve();
    for (const { pixels, count } of plainBatches(images, indices, extractionBatch, { mirrored })) {
      const started = performance.now();
      const { frozen } = await program.run({ pixels: padRows(pixels, count, extractionBatch) });
      const halves = toHalves(frozen!.subarray(0, count * this.width));
      await taking;
      taking = take(halves, done);
      taking.catch(() => {}); // is awaited before the next one
      done += count;
      this.done += count;
      await onBatch(count, (performance.now() - started) / 1000);
    }
    await taking;
  }

  private bytesOf = (indices: Uint32Array): number => indices.length * this.width * Uint16Array.BYTES_PER_ELEMENT;

  private async find(indices: Uint32Array, complete: Uint32Array, mirrored: boolean): Promise<Float16Rows | null> {
    const own = await this.openFile(indices, mirrored);
    const places = own ? null : placesIn(complete, indices);
    const all = places && (await this.openFile(complete, mirrored));
    return all ? pickRows(all, places) : own;
  }

  /** Null where there is no such file, or not all of it. */
  private async openFile(stored: Uint32Array, mirrored: boolean): Promise<Float16Rows | null> {
    const name = this.fileName(stored, mirrored);
    const file = this.cache.file(name);
    const size = await stat(file).then(
      (found) => found.size,
      () => null,
    );
    if (size !== this.bytesOf(stored)) return null;
    await this.cache.use(name);
    return rowsInFile(file, this.width, stored.length);
  }

  private async make(request: ActivationRequest, onBatch: OnBatch): Promise<Float16Rows> {
    const { indices, mirrored } = request;
    if (!(await this.cache.makeRoom(this.bytesOf(indices)))) {
      const all = new Uint16Array(indices.length * this.width);
      await this.compute(request, async (halves, at) => all.set(halves, at * this.width), onBatch);
      return rowsInMemory(all, this.width);
    }
    const file = this.cache.file(this.fileName(indices, mirrored));
    await replaceAtomically(file, async (temporary) => {
      const handle = await open(temporary, 'w');
      try {
        await this.compute(request, (halves) => handle.writeFile(new Uint8Array(halves.buffer)), onBatch);
        await handle.sync();
      } catch (error) {
        throw storageFaultOf(error) === 'full' ? diskFull(this.cache.folder, error) : error;
      } finally {
        await handle.close();
      }
    });
    const rows = await this.openFile(indices, mirrored);
    if (!rows) throw new Error(`${file} is gone, though it was written just now.`);
    return rows;
  }
}

/** Where each of `wanted` is among `stored`; null where one is not. */
function placesIn(stored: Uint32Array, wanted: Uint32Array): Uint32Array | null {
  const places = new Map(Array.from(stored, (index, place) => [index, place]));
  return wanted.every((index) => places.has(index)) ? wanted.map((index) => places.get(index)!) : null;
}

const diskFull = (folder: string, cause: unknown): CodedError => {
  const advice = `${storageAdvice('full', folder, 'CACHE_DIR')} A lower CACHE_LIMIT keeps less there.`;
  return new CodedError('disk-full', `There is no space left for cached activations in ${folder}. ${advice}`, {
    cause,
  });
};

/** Repeats nothing, adds zeros: rows [count, …] as [batch, …], for programs of a fixed batch. */
export function padRows(rows: Float32Array, count: number, batch: number): Float32Array {
  if (count === batch) return rows;
  const padded = new Float32Array((rows.length / count) * batch);
  padded.set(rows);
  return padded;
}
