import { Worker } from 'node:worker_threads';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { CodedError, DataError } from '@/server/model/errors.ts';
import type { BatchRequest } from './batches-worker.ts';
import { type Batch, type BatchPlan, epochOrder, makeBatch, readPixels } from './make-batch.ts';

/** Called after each batch with the number of its images and the seconds they took; may throw to stop. */
export type OnBatch = (images: number, seconds: number) => Promise<void>;

/** The training batches of stage 2. */
export interface Batches {
  /** Images in one epoch. */
  images: number;
  batchesPerEpoch: number;
  /** The batches of an epoch, counted from 1, in order. */
  epoch(epoch: number): AsyncGenerator<Batch>;
  close(): Promise<void>;
}

interface BatchesOptions {
  images: ImageSet;
  indices: Uint32Array;
  classes: number;
  config: TrainConfig;
  /** The bundled worker; by default it lies beside the bundle that this is part of. */
  workerFile?: URL;
}

/**
 * Where something changes pixels, batches are whole (⌊n / b⌋) and made ahead in a thread of their own; otherwise the
 * last one may be smaller (⌈n / b⌉), and they are made here, since copying bytes costs next to nothing.
 *
 * @throws DataError where there are fewer images than a whole batch needs.
 */
export function createBatches({ images, indices, classes, config, workerFile }: BatchesOptions): Batches {
  const plan: BatchPlan = {
    images,
    indices,
    classes,
    batchSize: config.batch_size,
    seed: config.seed,
    options: config,
  };
  if (!changesPixels(config)) return plainTrainingBatches(plan);
  if (indices.length < config.batch_size) {
    throw new DataError(
      'batch-too-large',
      `${indices.length} training images do not fill one batch of ${config.batch_size}: lower batch_size or raise train_limit.`,
    );
  }
  return preparedBatches(plan, workerFile ?? new URL('./batches-worker.mjs', import.meta.url));
}

function plainTrainingBatches(plan: BatchPlan): Batches {
  const batchesPerEpoch = Math.ceil(plan.indices.length / plan.batchSize);
  return {
    images: plan.indices.length,
    batchesPerEpoch,
    async *epoch(epoch) {
      const order = epochOrder(plan, epoch);
      for (let number = 0; number < batchesPerEpoch; number++) yield makeBatch(plan, order, epoch, number);
    },
    close: async () => {},
  };
}

/** How many batches the worker is ahead. A step blocks this thread, so it must know in advance what to make next. */
const ahead = 2;

function preparedBatches(plan: BatchPlan, workerFile: URL): Batches {
  const batchesPerEpoch = Math.floor(plan.indices.length / plan.batchSize);
  const worker = new BatchWorker(plan, workerFile);
  return {
    images: batchesPerEpoch * plan.batchSize,
    batchesPerEpoch,
    async *epoch(epoch) {
      const requested: Promise<Batch>[] = [];
      for (let number = 0; number < batchesPerEpoch; number++) {
        for (let next = number + requested.length; next < Math.min(number + 1 + ahead, batchesPerEpoch); next++) {
          requested.push(worker.request({ epoch, number: next }));
        }
        yield await requested.shift()!;
      }
    },
    close: () => worker.close(),
  };
}

/** This side of the thread: it answers in the order in which it was asked; once it has failed, every request fails. */
class BatchWorker {
  private readonly worker: Worker;
  private readonly waiting: { resolve: (batch: Batch) => void; reject: (reason: unknown) => void }[] = [];
  private failure: unknown = null;

  constructor(plan: BatchPlan, file: URL) {
    this.worker = new Worker(file, { workerData: plan });
    this.worker.on('message', (batch: Batch) => this.waiting.shift()!.resolve(batch));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', (code) =>
      this.fail(
        new CodedError('batches-ended', `The thread that prepares batches ended with code ${code}: start again.`),
      ),
    );
  }

  request(wanted: BatchRequest): Promise<Batch> {
    const answer = new Promise<Batch>((resolve, reject) => {
      if (this.failure === null) this.waiting.push({ resolve, reject });
      else reject(this.failure);
    });
    answer.catch(() => {}); // a request made ahead, which nobody awaits any more, must not end the process
    this.worker.postMessage(wanted);
    return answer;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(reason: unknown): void {
    this.failure ??= reason;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}

/** Some images as they are, or mirrored, in order; the last batch may be smaller. */
export function* plainBatches(
  images: ImageSet,
  indices: Uint32Array,
  batchSize: number,
  { mirrored }: { mirrored: boolean },
): Generator<{ pixels: Float32Array; count: number }> {
  for (let at = 0; at < indices.length; at += batchSize) {
    const chosen = indices.subarray(at, at + batchSize);
    const pixels = new Float32Array(chosen.length * imageBytes);
    for (const [row, image] of chosen.entries()) {
      const target = pixels.subarray(row * imageBytes, (row + 1) * imageBytes);
      readPixels(images, image, target);
      if (mirrored) for (let line = 0; line < imageBytes; line += 32) target.subarray(line, line + 32).reverse();
    }
    yield { pixels, count: chosen.length };
  }
}
