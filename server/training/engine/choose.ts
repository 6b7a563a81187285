import type { TrainConfig } from '../../../lib/train-config.ts';
import type { Engine } from './engine.ts';
import { createOnnxRuntimeEngine } from './onnxruntime.ts';

/**
 * The engine that a config asks for; `auto` takes the best this machine has.
 *
 * @param threads how many compute, where that is ours to say; all by default.
 */
export function chooseEngine(name: TrainConfig['engine'], { threads }: { threads?: number } = {}): Engine {
  switch (name) {
    case 'auto':
    case 'cpu':
      return createOnnxRuntimeEngine(threads);
  }
}
