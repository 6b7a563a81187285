import path from 'node:path';
import { root } from './build.mjs';
import { runInstallScript } from './run-install-script.mjs';

/** `npm run tensorflow`: fetches libtensorflow for @tensorflow/tfjs-node-gpu, which `npm ci` leaves out. */
process.exitCode = runInstallScript(
  path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
  'scripts/install.js',
  {
    args: ['gpu', 'download'],
    env: process.env,
    missing:
      '@tensorflow/tfjs-node-gpu is not installed: npm install --no-save --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0',
  },
);
if (process.exitCode === 0) console.log('See what auto takes now: npm run engines');
else console.error('libtensorflow could not be fetched; the lines above say why. Training works without it.');
