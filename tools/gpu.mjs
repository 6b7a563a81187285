import path from 'node:path';
import { root } from './build.mjs';
import { runInstallScript } from './run-install-script.mjs';

/** `npm run gpu`: downloads ONNX Runtime's CUDA 12 provider for NVIDIA GPUs, about 300 MB, too large for npm's registry. */
const { npm_config_onnxruntime_node_install: _, ...environment } = process.env; // .npmrc sets it to skip
process.exitCode = runInstallScript(path.join(root, 'node_modules', 'onnxruntime-node'), 'script/install.js', {
  env: { ...environment, ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
  missing: 'onnxruntime-node is not installed. Run npm ci first.',
});
if (process.exitCode === 0) console.log('To see which engine auto selects now, run npm run engines.');
else
  console.error(
    'The CUDA provider could not be downloaded; see the output above. Any GPU also works through WebGPU without it.',
  );
