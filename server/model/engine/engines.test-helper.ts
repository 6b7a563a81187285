import type { Engine } from './engine.ts';
import { unavailableReason } from './inventory/parts.ts';
import { createWasmEngine } from './onnxruntime-web.ts';
import { createTfjsEngine } from './tfjs.ts';

/** Those beside the CPU's that run in any process of this machine; GPUs' are tried in processes of their own. */
export const otherEngines: [name: string, engine: Engine][] = [['wasm', createWasmEngine()]];

const why = unavailableReason('tensorflow');
if (why) console.info(`skipped: the engine tensorflow (${why})`);
else otherEngines.push(['tensorflow', createTfjsEngine()]);
