import path from 'node:path';
import type { ModelFileName } from '@/lib/network/model-files.ts';
import { exportKerasH5 } from './keras-h5.ts';
import { exportOnnx } from './onnx-model.ts';
import { exportTfjs } from './tfjs.ts';
import type { TrainedModel } from './trained-model.ts';

/** What writes each file that holds the model, and returns its size in bytes. */
const exporters: Record<ModelFileName, (file: string, model: TrainedModel) => Promise<number>> = {
  'cifar10.h5': exportKerasH5,
  'cifar10.onnx': exportOnnx,
  'tfjs.zip': exportTfjs,
};

/**
 * Writes every file that holds the model into a folder, each whole or not at all.
 * @param folder made where there is none
 * @param exported called for each file when it is there
 */
export async function exportModel(
  folder: string,
  model: TrainedModel,
  exported: (file: string, bytes: number) => Promise<void>,
): Promise<void> {
  for (const [name, write] of Object.entries(exporters)) {
    await exported(name, await write(path.join(folder, name), model));
  }
}
