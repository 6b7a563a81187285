import type { TrainConfig } from '../../../lib/train-config.ts';
import type { Engine } from './engine.ts';
import { createOnnxRuntimeEngine } from './onnxruntime.ts';

/** The engine that a config asks for; `auto` takes the best this machine has. */
export function chooseEngine(name: TrainConfig['engine']): Engine {
  switch (name) {
    case 'auto':
    case 'cpu':
      return createOnnxRuntimeEngine();
  }
}
