import { expect, it } from 'vitest';
import { findWrongDirections, wrongImports } from './directions.mjs';

it('finds imports that go the wrong way', () => {
  const wrong = (file: string, line: string) => wrongImports(file, line).length;
  expect(wrong('lib/a.ts', "import { b } from '../server/b.ts';")).toBe(1);
  expect(wrong('server/a.ts', "export { b } from '../app/b.ts';")).toBe(1);
  expect(wrong('server/training/a.ts', "import type { b } from '../db.ts';")).toBe(1);
  expect(wrong('server/a.ts', "import { b } from './training/b.ts';")).toBe(1);
  expect(wrong('components/a.tsx', "import {\n  b,\n} from '@/server/b.ts';")).toBe(1);
  expect(wrong('components/a.tsx', "const b = await import('@/server/b.ts');")).toBe(1);
  expect(wrong('server/training/a.ts', "import * as ort from 'onnxruntime-node';")).toBe(1);
  expect(wrong('lib/a.ts', "import 'react';")).toBe(1);
  expect(wrong('components/a.tsx', "import Plotly from 'plotly.js-strict-dist-min';")).toBe(1);
});

it('lets the right ones pass', () => {
  const wrong = (file: string, line: string) => wrongImports(file, line);
  expect(wrong('components/a.tsx', "import type { B } from '@/server/b.ts';\nimport { c } from '@/lib/c.ts';")).toEqual(
    [],
  );
  expect(wrong('server/training/engine/a.ts', "import * as ort from 'onnxruntime-node';")).toEqual([]);
  expect(wrong('components/plot.tsx', "import('plotly.js-strict-dist-min')")).toEqual([]);
  expect(findWrongDirections()).toEqual([]);
});
