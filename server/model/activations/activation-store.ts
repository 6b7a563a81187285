import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { toFloat16Array } from '@/lib/float16.ts';
import { frozenBlockCount } from '@/lib/network/mobilenet-v2.ts';
import { storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';
import { type OnBatch, plainBatches } from '@/server/model/dataset/batches/batches.ts';
import type { ImageSet } from '@/server/model/dataset/dataset.ts';
import type { Engine, Program } from '@/server/model/engine/engine.ts';
import { CodedError } from '@/server/model/errors.ts';
import { temporaryFor } from '@/server/model/files/write-atomically.ts';
import { encodeOnnx } from '@/server/model/graph/encode-onnx.ts';
import { sizeOf } from '@/server/model/graph/node.ts';
import { frozenGraph, frozenShape, type ModelShape } from '@/server/model/network/model.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import type { CacheFolder } from './cache-folder.ts';
import { type Float16Rows, openRows, pickRows, rowsInFile, rowsInMemory } from './float16-rows.ts';

/**
 * Cached activations: the output of the network's frozen part for sets of images, computed once and stored in the cache
 * folder. If no layer of the base is trained, they are the pooled features. File names contain a hash of everything that
 * the numbers depend on (the encoded graph, the pixels, the engine), so a file is never stale.
 */

/** Images per pass. Fixed, so that the numbers do not depend on a run's batch size. */
export const extractionBatch = 64;

export interface ActivationRequest {
  images: ImageSet;
  /** The requested images, in this order. */
  indices: Uint32Array;
  /** The indices that a run on the complete data set requests: a file with these rows serves subsets, too. */
  complete: Uint32Array;
  mirrored: boolean;
}

export interface ActivationRows {
  rows: Float16Rows;
  /** Whether they were read from the cache. */
  cached: boolean;
}

export class ActivationStore {
  /** Numbers per image. */
  private readonly width: number;
  private readonly graph;
  /** Prefix of every file name. */
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
    const output = count === blocks.length ? 'features' : blocks[count - 1]?.name;
    this.key = `${output}-${model.imageSize}px-${key.digest('hex').slice(0, 16)}`;
  }

  /**
   * Returns the rows of a request, from the cache if possible. Computed rows stay in memory if the cache has no room.
   *
   * @param onBatch called after each computed batch; may throw to stop
   */
  async get(request: ActivationRequest, onBatch: OnBatch): Promise<ActivationRows> {
    const { indices, complete, mirrored } = request;
    const name = this.fileName(indices, mirrored);
    const cached = this.opened.get(name) ?? (await this.findCached(indices, complete, mirrored));
    const rows = cached ?? (await this.computeRows(request, onBatch));
    this.opened.set(name, rows);
    return { rows, cached: cached !== null };
  }

  /** Number of images computed so far. */
  get computed(): number {
    return this.done;
  }

  /** Whether the rows are cached, or the cache has room for them. */
  hasRoomFor = async (request: Omit<ActivationRequest, 'images'>): Promise<boolean> =>
    this.isCached(request) || this.cache.makeRoom(this.bytesOf(request.indices));

  /** Whether the rows are on disk. Only an estimate: `get` also checks that the file is complete. */
  isCached = ({ indices, complete, mirrored }: Omit<ActivationRequest, 'images'>): boolean =>
    [indices, complete].some((each) => existsSync(this.cache.file(this.fileName(each, mirrored))));

  /** The name of the cache file for these images. */
  fileName(indices: Uint32Array, mirrored: boolean): string {
    const indexHash = createHash('sha256').update(indices).digest('hex').slice(0, 12);
    return `${this.key}-${indexHash}${mirrored ? '-mirrored' : ''}.f16`;
  }

  /** Frees the engine's memory. Computing more rows afterwards compiles the graph again. */
  async releaseProgram(): Promise<void> {
    await (await this.program)?.release();
    this.program = null;
  }

  async release(): Promise<void> {
    await this.releaseProgram();
    for (const rows of this.opened.values()) rows.close();
    this.opened.clear();
  }

  /**
   * Computes rows without reading the cache.
   * @param write receives float16 rows batch by batch and their position; the next batch is computed while it runs
   */
  async compute(
    { images, indices, mirrored }: Omit<ActivationRequest, 'complete'>,
    write: (encoded: Uint16Array<ArrayBuffer>, at: number) => Promise<void>,
    onBatch: OnBatch,
  ): Promise<void> {
    this.program ??= this.engine.compile(this.graph);
    const program = await this.program;
    let done = 0;
    let writing = Promise.resolve();
    for (const { pixels, count } of plainBatches(images, indices, extractionBatch, { mirrored })) {
      const started = performance.now();
      const { frozen } = await program.run({ pixels: padRows(pixels, count, extractionBatch) });
      const encoded = toFloat16Array(frozen!.subarray(0, count * this.width));
      await writing;
      writing = write(encoded, done);
      writing.catch(() => {}); // the error is thrown when `writing` is awaited
      done += count;
      this.done += count;
      await onBatch(count, (performance.now() - started) / 1000);
    }
    await writing;
  }

  private bytesOf = (indices: Uint32Array): number => indices.length * this.width * Uint16Array.BYTES_PER_ELEMENT;

  private async findCached(
    indices: Uint32Array,
    complete: Uint32Array,
    mirrored: boolean,
  ): Promise<Float16Rows | null> {
    const exact = await this.openFile(indices, mirrored);
    const positions = exact ? null : positionsIn(complete, indices);
    const all = positions && (await this.openFile(complete, mirrored));
    return all ? pickRows(all, positions) : exact;
  }

  /** Opens a cache file; null if it does not exist or is incomplete. */
  private async openFile(stored: Uint32Array, mirrored: boolean): Promise<Float16Rows | null> {
    const name = this.fileName(stored, mirrored);
    const rows = openRows(this.cache.file(name), this.width, stored.length);
    if (rows) await this.cache.use(name);
    return rows;
  }

  private async computeRows(request: ActivationRequest, onBatch: OnBatch): Promise<Float16Rows> {
    const { indices, mirrored } = request;
    if (!(await this.cache.makeRoom(this.bytesOf(indices)))) {
      const all = new Uint16Array(indices.length * this.width);
      await this.compute(request, async (encoded, at) => all.set(encoded, at * this.width), onBatch);
      return rowsInMemory(all, this.width);
    }
    const name = this.fileName(indices, mirrored);
    const file = this.cache.file(name);
    const temporary = temporaryFor(file);
    const handle = await createFile(temporary);
    try {
      await this.compute(request, (encoded) => handle.writeFile(new Uint8Array(encoded.buffer)), onBatch);
      await handle.sync();
      await rename(temporary, file).catch((error: unknown) => {
        // The cache was cleared: the next run computes the rows again, and this one reads them from the open file.
        if (storageFaultOf(error) !== 'misplaced') throw error;
      });
    } catch (error) {
      await handle.close();
      await rm(temporary, { force: true });
      throw storageFaultOf(error) === 'full' ? diskFull(this.cache.folder, error) : error;
    }
    await this.cache.use(name);
    const close = () => void handle.close().catch(() => {});
    return rowsInFile({ descriptor: handle.fd, path: file, close }, this.width, indices.length);
  }
}

/** Creates a file and its folder, even if the folder is removed at the same time. */
async function createFile(file: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(path.dirname(file), { recursive: true });
    try {
      return await open(file, 'w+');
    } catch (error) {
      if (attempt === 3 || storageFaultOf(error) !== 'misplaced') throw error;
    }
  }
}

/** The position of each `wanted` index among `stored`; null if any is missing. */
function positionsIn(stored: Uint32Array, wanted: Uint32Array): Uint32Array | null {
  const positions = new Map(Array.from(stored, (index, position) => [index, position]));
  return wanted.every((index) => positions.has(index)) ? wanted.map((index) => positions.get(index)!) : null;
}

const diskFull = (folder: string, cause: unknown): CodedError => {
  const advice = `${storageAdvice('full', folder, 'CACHE_DIR')} Or set a lower CACHE_LIMIT.`;
  return new CodedError('disk-full', `There is no space left for cached activations in ${folder}. ${advice}`, {
    cause,
  });
};

/** Pads rows [count, …] with zeros to [batch, …], for programs with a fixed batch size. */
export function padRows(rows: Float32Array, count: number, batch: number): Float32Array {
  if (count === batch) return rows;
  const padded = new Float32Array((rows.length / count) * batch);
  padded.set(rows);
  return padded;
}
