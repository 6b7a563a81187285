/** `npm run kernels`: compiles kernels.wat to the trainer's module, as base64 text that every bundler accepts. */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import loadWabt from 'wabt';
import { root } from './build.mjs';

const folder = path.join(root, 'server', 'model', 'kernels');
const { parseWat } = await loadWabt();
const { buffer } = parseWat('kernels.wat', readFileSync(path.join(folder, 'kernels.wat'), 'utf8')).toBinary({});
const text = Buffer.from(buffer)
  .toString('base64')
  .replace(/.{1,100}/g, "  '$&',\n");
writeFileSync(
  path.join(folder, 'kernels-module.ts'),
  `/** kernels.wat compiled to WebAssembly by \`npm run kernels\`, as base64. */\nexport const kernelsModule = [\n${text}].join('');\n`,
);
