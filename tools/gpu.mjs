import path from 'node:path';
import { root } from './build.mjs';
import { runInstallScript } from './run-install-script.mjs';

/** `npm run gpu`: fetches ONNX Runtime's provider for NVIDIA GPUs (CUDA 12), some 300 MB, which npm's registry has no room for. */
const { npm_config_onnxruntime_node_install: _, ...environment } = process.env; // .npmrc says to skip it
process.exitCode = runInstallScript(path.join(root, 'node_modules', 'onnxruntime-node'), 'script/install.js', {
  env: { ...environment, ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
  missing: 'onnxruntime-node is not installed: npm ci',
});
if (process.exitCode === 0) console.log('See what auto takes now: npm run engines');
else
  console.error(
    'The CUDA provider could not be fetched; the lines above say why. Any GPU also works by WebGPU, without it.',
  );
