import path from 'node:path';
import { root } from './build.mjs';
import { runInstallScript } from './run-install-script.mjs';

/** `npm run tensorflow`: downloads libtensorflow for @tensorflow/tfjs-node-gpu, which `npm ci` does not install. */
process.exitCode = runInstallScript(
  path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
  'scripts/install.js',
  {
    args: ['gpu', 'download'],
    env: process.env,
    missing:
      '@tensorflow/tfjs-node-gpu is not installed. Run npm install --no-save --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0 first.',
  },
);
if (process.exitCode === 0) console.log('To see which engine auto selects now, run npm run engines.');
else console.error('libtensorflow could not be downloaded; see the output above. Training works without it.');
