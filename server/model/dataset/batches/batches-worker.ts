import { parentPort, workerData } from 'node:worker_threads';
import { type BatchPlan, epochOrder, makeBatch } from './make-batch.ts';

/** Worker thread that prepares batches while the trainer computes. It replies to each request with one batch. */

export interface BatchRequest {
  epoch: number;
  number: number;
}

const plan = workerData as BatchPlan;
let current: { epoch: number; order: Uint32Array } = { epoch: 0, order: new Uint32Array() };

parentPort!.on('message', ({ epoch, number }: BatchRequest) => {
  if (current.epoch !== epoch) current = { epoch, order: epochOrder(plan, epoch) };
  const batch = makeBatch(plan, current.order, epoch, number);
  parentPort!.postMessage(batch, [batch.pixels.buffer, batch.targets.buffer]);
});
