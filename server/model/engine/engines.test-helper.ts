import type { Engine } from './engine.ts';
import { unavailableReason } from './inventory/parts.ts';
import { createWasmEngine } from './onnxruntime-web.ts';
import { createTfjsEngine } from './tfjs.ts';

/** The engines other than `cpu` that can run within the test process; GPU engines are checked in separate processes. */
export const otherEngines: [name: string, engine: Engine][] = [['wasm', createWasmEngine()]];

const why = unavailableReason('tensorflow');
if (why) console.info(`skipped: the engine tensorflow (${why})`);
else otherEngines.push(['tensorflow', createTfjsEngine()]);
