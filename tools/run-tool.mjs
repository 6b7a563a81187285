import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './build.mjs';

const packages = { biome: '@biomejs/biome', knip: 'knip', tsc: 'typescript', vitest: 'vitest' };

/** Runs a development tool with this Node, without a shell or `npx`. @returns its exit code */
export function runTool(name, args, { stdio = 'inherit' } = {}) {
  const folder = path.join(root, 'node_modules', packages[name]);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const script = path.join(folder, typeof bin === 'string' ? bin : bin[name]);
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio });
  return status ?? 1;
}
