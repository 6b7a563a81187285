import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { changesPixels, type TrainConfig } from '../../../lib/train-config.ts';
import { DataError } from '../errors.ts';
import type { BatchRequest } from './batches-worker.ts';
import { type ImageSet, imageBytes } from './cifar10.ts';
import { type Batch, type BatchPlan, epochOrder, makeBatch, readPixels } from './make-batch.ts';

/** The training batches of stage 2. */
export interface Batches {
  /** Images in one epoch. */
  images: number;
  batchesPerEpoch: number;
  /** The batches of an epoch, counted from 1, in order. */
  epoch(epoch: number): AsyncGenerator<Batch>;
  close(): Promise<void>;
}

export interface BatchesOptions {
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

/** How many batches the worker is ahead. A step blocks this thread, so it must know in advance what to do next. */
const ahead = 3;

function preparedBatches(plan: BatchPlan, workerFile: URL): Batches {
  const batchesPerEpoch = Math.floor(plan.indices.length / plan.batchSize);
  const worker = new Worker(workerFile, { workerData: plan });
  return {
    images: batchesPerEpoch * plan.batchSize,
    batchesPerEpoch,
    async *epoch(epoch) {
      const made: Batch[] = [];
      const keep = (batch: Batch) => made.push(batch);
      const request = (number: number) => {
        if (number < batchesPerEpoch) worker.postMessage({ epoch, number } satisfies BatchRequest);
      };
      worker.on('message', keep);
      try {
        for (let number = 0; number < ahead; number++) request(number);
        for (let number = 0; number < batchesPerEpoch; number++) {
          while (made.length === 0) await once(worker, 'message'); // rejects with the worker's error
          request(number + ahead);
          yield made.shift()!;
        }
      } finally {
        worker.off('message', keep);
      }
    },
    close: async () => {
      await worker.terminate();
    },
  };
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
