import path from 'node:path';
import { exportKerasH5 } from './keras-h5.ts';
import type { TrainedModel } from './trained-model.ts';

/**
 * Writes every file that holds the model into a run's folder, each whole or not at all.
 * @param folder made where there is none
 * @param exported told of each file when it is there
 */
export async function exportModel(
  folder: string,
  model: TrainedModel,
  exported: (file: string, bytes: number) => Promise<void>,
): Promise<void> {
  await exported('cifar10.h5', await exportKerasH5(path.join(folder, 'cifar10.h5'), model));
}
