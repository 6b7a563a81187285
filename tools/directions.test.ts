import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { heavyImports, importCycles, oversized, wrongDirections } from './directions.mjs';
import { runTool } from './run-tool.mjs';
import { readSources } from './source-tree.mjs';
import { inProject, projectRoot } from './testing/paths.ts';

const wrong = (file: string, text: string) => wrongDirections(new Map([[file, text]])).length;

it('finds imports that go the wrong way, types included', () => {
  expect(wrong('lib/a.ts', "import { b } from '../server/b.ts';")).toBe(1);
  expect(wrong('lib/run/a.ts', "import os from 'node:os';")).toBe(1);
  expect(wrong('server/a.ts', "export { b } from '../app/b.ts';")).toBe(1);
  expect(wrong('server/training/a.ts', "import type { b } from '@/server/db/database.ts';")).toBe(1);
  expect(wrong('server/model/graph/a.ts', "import type { b } from '@/server/training/run.ts';")).toBe(1);
  expect(wrong('server/runs/queue/a.ts', "import { b } from '@/server/training/run.ts';")).toBe(1);
  expect(wrong('server/data/a.ts', "import { b } from '@/server/model/engine/choose.ts';")).toBe(1);
  expect(wrong('server/training/a.ts', "import { b } from '@/server/bench/bench.ts';")).toBe(1);
  expect(wrong('server/runs/a.ts', "import type { b } from '@/server/services.ts';")).toBe(1);
  expect(wrong('components/run/a.tsx', "import {\n  b,\n} from '@/server/b.ts';")).toBe(1);
  expect(wrong('components/run/a.tsx', "const b = await import('@/server/b.ts');")).toBe(1);
  expect(wrong('components/run/a.tsx', "import type { B } from '@/components/compare/b.tsx';")).toBe(1);
  expect(wrong('components/ui/a.tsx', "import { b } from '@/components/live/b.ts';")).toBe(1);
  expect(wrong('server/training/a.ts', "import * as ort from 'onnxruntime-node';")).toBe(1);
  expect(wrong('server/model/export/a.ts', "import Sqlite from 'better-sqlite3';")).toBe(1);
  expect(wrong('lib/a.ts', "import 'react';")).toBe(1);
  expect(wrong('components/run/a.tsx', "import Plotly from 'plotly.js-strict-dist-min';")).toBe(1);
});

it('accepts imports in the right direction', () => {
  expect(
    wrong('components/run/a.tsx', "import type { B } from '@/server/b.ts';\nimport { c } from '@/lib/c.ts';"),
  ).toBe(0);
  expect(wrong('components/run/a.tsx', "import { b } from '@/components/charts/b.tsx';")).toBe(0);
  expect(wrong('server/model/engine/a.ts', "import * as ort from 'onnxruntime-node';")).toBe(0);
  expect(wrong('components/charts/plot.tsx', "import('plotly.js-strict-dist-min')")).toBe(0);
});

it('finds import cycles, also through types', () => {
  const acyclic = { 'lib/a.ts': "import './b.ts';", 'lib/b.ts': "import './c.ts';", 'lib/c.ts': '' };
  expect(importCycles(new Map(Object.entries(acyclic)))).toEqual([]);
  const cyclic = { ...acyclic, 'lib/c.ts': "import type { A } from '@/lib/a.ts';" };
  expect(importCycles(new Map(Object.entries(cyclic)))).toEqual([
    'import cycle: lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts',
  ]);
});

it('finds folders and files that have grown too large', () => {
  const crowded = Array.from({ length: 26 }, (_, index) => [`lib/run/f${index}.ts`, ''] as const);
  expect(oversized(new Map(crowded))).toEqual(['lib/run: 26 source files, at most 25']);
  expect(oversized(new Map([['lib/a.ts', '\n'.repeat(251)]]))).toEqual(['lib/a.ts: 251 lines, at most 250']);
  expect(oversized(new Map([['components/a.tsx', '']]))).toEqual(['components/a.tsx: belongs in a folder']);
});

it('finds what the page of runs must not load at once', () => {
  const page = { 'app/page.tsx': "import { a } from '@/lib/a.ts';", 'lib/b.ts': "import { z } from 'zod';" };
  const loads = (text: string) => heavyImports(new Map(Object.entries({ ...page, 'lib/a.ts': text })));
  expect(loads("import { b } from './b.ts';")).toEqual([
    'lib/b.ts: the page of runs loads it, so it may not import zod',
  ]);
  expect(loads("import type { B } from './b.ts';")).toEqual([]);
  expect(loads("const b = await import('./b.ts');")).toEqual([]);
});

it('reads a tree from disk, without its tests', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'tree-'));
  mkdirSync(path.join(root, 'lib', 'run'), { recursive: true });
  writeFileSync(path.join(root, 'lib', 'run', 'a.ts'), "import '../../server/b.ts';");
  writeFileSync(path.join(root, 'lib', 'run', 'a.test.ts'), "import '../../server/b.ts';");
  const sources = readSources(root);
  expect([...sources.keys()]).toEqual(['lib/run/a.ts']);
  expect(wrongDirections(sources)).toEqual(['lib/run/a.ts: lib may not import server/b.ts']);
  rmSync(root, { recursive: true });
});

it('lints spread literals', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lint-'));
  const lint = (text: string) => {
    const file = path.join(folder, 'a.ts');
    writeFileSync(file, text);
    const config = path.join(folder, 'biome.json');
    writeFileSync(config, JSON.stringify({ root: true, plugins: [inProject('tools/no-literal-spread.grit')] }));
    return runTool('biome', ['lint', `--config-path=${config}`, file], { stdio: 'ignore' });
  };
  expect(lint('export const a = { b: 1, c: 2 };\n')).toBe(0);
  expect(lint('declare const d: { c: number } | null;\nexport const a = { b: 1, ...(d && { c: d.c }) };\n')).toBe(0);
  expect(lint('export const a = { b: 1, ...{ c: 2 } };\n')).not.toBe(0);
  expect(lint('export const a = [1, ...[2, 3]];\n')).not.toBe(0);
  expect(lint('export const a = [1, ...([2, 3] as const)];\n')).not.toBe(0);
  rmSync(folder, { recursive: true });
});

it('finds nothing wrong in the project', () => {
  const sources = readSources(projectRoot);
  expect([
    ...wrongDirections(sources),
    ...importCycles(sources),
    ...oversized(sources),
    ...heavyImports(sources),
  ]).toEqual([]);
});
