import { Worker } from 'node:worker_threads';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { CodedError, DataError } from '@/server/model/errors.ts';
import type { BatchRequest } from './batches-worker.ts';
import { type Batch, type BatchPlan, epochOrder, makeBatch, readPixels } from './make-batch.ts';

/** Called after each batch with its number of images and its duration in seconds; may throw to stop. */
export type OnBatch = (images: number, seconds: number) => Promise<void>;

/** The training batches of stage 2. */
export interface Batches {
  /** Images per epoch. */
  images: number;
  batchesPerEpoch: number;
  /** Yields the batches of an epoch in order; epochs are counted from 1. */
  epoch(epoch: number): AsyncGenerator<Batch>;
  close(): Promise<void>;
}

interface BatchesOptions {
  images: ImageSet;
  indices: Uint32Array;
  classes: number;
  config: TrainConfig;
  /** The bundled worker; by default in the folder of the bundle that contains this module. */
  workerFile?: URL;
}

/**
 * With augmentation, all batches are complete (⌊n / b⌋) and prepared ahead in a worker thread. Without, the last batch may
 * be smaller (⌈n / b⌉), and batches are created in this thread, because copying bytes takes almost no time.
 *
 * @throws DataError if augmentation is on and there are fewer images than one batch
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
      `There are only ${indices.length} training images, fewer than one batch of ${config.batch_size}. Lower batch_size or raise train_limit.`,
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

/** Batches requested in advance: a training step blocks this thread, so the worker must already have its next requests. */
const prefetched = 2;

function preparedBatches(plan: BatchPlan, workerFile: URL): Batches {
  const batchesPerEpoch = Math.floor(plan.indices.length / plan.batchSize);
  const worker = new BatchWorker(plan, workerFile);
  return {
    images: batchesPerEpoch * plan.batchSize,
    batchesPerEpoch,
    async *epoch(epoch) {
      const requested: Promise<Batch>[] = [];
      for (let number = 0; number < batchesPerEpoch; number++) {
        const end = Math.min(number + 1 + prefetched, batchesPerEpoch);
        for (let next = number + requested.length; next < end; next++) {
          requested.push(worker.request({ epoch, number: next }));
        }
        yield await requested.shift()!;
      }
    },
    close: () => worker.close(),
  };
}

/** Client of the worker thread, which replies in the order of the requests. After a failure every request fails. */
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
        new CodedError(
          'batches-ended',
          `The thread that prepares batches exited with code ${code}. Start the run again.`,
        ),
      ),
    );
  }

  request(message: BatchRequest): Promise<Batch> {
    const reply = new Promise<Batch>((resolve, reject) => {
      if (this.failure === null) this.waiting.push({ resolve, reject });
      else reject(this.failure);
    });
    reply.catch(() => {}); // a prefetched batch that is never awaited must not crash the process
    this.worker.postMessage(message);
    return reply;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(reason: unknown): void {
    this.failure ??= reason;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}

/** Yields batches of images in the given order, without augmentation. The last batch may be smaller. */
export function* plainBatches(
  images: ImageSet,
  indices: Uint32Array,
  batchSize: number,
  { mirrored }: { mirrored: boolean },
): Generator<{ pixels: Float32Array; count: number }> {
  for (let at = 0; at < indices.length; at += batchSize) {
    const selected = indices.subarray(at, at + batchSize);
    const pixels = new Float32Array(selected.length * imageBytes);
    for (const [row, image] of selected.entries()) {
      const target = pixels.subarray(row * imageBytes, (row + 1) * imageBytes);
      readPixels(images, image, target);
      if (mirrored) for (let line = 0; line < imageBytes; line += 32) target.subarray(line, line + 32).reverse();
    }
    yield { pixels, count: selected.length };
  }
}
