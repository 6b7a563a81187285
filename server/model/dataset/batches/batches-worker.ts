import { parentPort, workerData } from 'node:worker_threads';
import { type BatchPlan, epochOrder, makeBatch } from './make-batch.ts';

/** A thread that makes batches while the trainer computes: asked for one by epoch and number, it answers with its arrays. */

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
