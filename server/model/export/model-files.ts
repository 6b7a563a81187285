import path from 'node:path';
import type { ModelFileName } from '@/lib/network/model-files.ts';
import { exportKerasH5 } from './export-keras-h5.ts';
import { exportOnnx } from './export-onnx.ts';
import { exportTfjs } from './export-tfjs.ts';
import type { TrainedModel } from './trained-model.ts';

/** Writes each model file and returns its size in bytes. */
const exporters: Record<ModelFileName, (file: string, model: TrainedModel) => Promise<number>> = {
  'cifar10.h5': exportKerasH5,
  'cifar10.onnx': exportOnnx,
  'tfjs.zip': exportTfjs,
};

/**
 * Writes every model file into a folder, each atomically.
 * @param folder created if it does not exist
 * @param onExported called after each file
 */
export async function exportModel(
  folder: string,
  model: TrainedModel,
  onExported: (file: string, bytes: number) => Promise<void>,
): Promise<void> {
  for (const [name, write] of Object.entries(exporters)) {
    await onExported(name, await write(path.join(folder, name), model));
  }
}
