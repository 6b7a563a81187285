import { expect, it } from 'vitest';
import { distinctNames } from './distinct-names.ts';

const run = (id: string, name: string, seed = 42) => ({ id, name, seed });

it('keeps unique names and adds seed or id to names that several runs share', () => {
  expect(distinctNames([run('x-1111', 'frozen'), run('x-2222', 'n30')])).toEqual(['frozen', 'n30']);
  expect(distinctNames([run('x-1111', 'n30', 42), run('x-2222', 'n30', 43)])).toEqual([
    'n30 (seed 42)',
    'n30 (seed 43)',
  ]);
  const runs = [run('x-1111', 'n30'), run('x-2222', 'n30'), run('x-3333', 'n30', 43), run('x-4444', 'frozen')];
  expect(distinctNames(runs)).toEqual(['n30 (1111)', 'n30 (2222)', 'n30 (3333)', 'frozen']);
  const unseeded = { ...run('x-2222', 'n30'), seed: null };
  expect(distinctNames([run('x-1111', 'n30'), unseeded])).toEqual(['n30 (1111)', 'n30 (2222)']);
});
