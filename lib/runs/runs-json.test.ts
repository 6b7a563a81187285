import { expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { runsJson } from './runs-json.ts';

it('has every field of a run, and null for settings that an imported log does not contain', () => {
  const config = trainConfigSchema.parse({ name: 'a', seed: 7 });
  const logFacts = { unknown: ['lr_stage2' as const], unusable: {}, other: {}, notes: [] };
  const runs = [
    { id: 'own', config, logFacts: null },
    { id: 'log', config, logFacts },
  ] as RunSummary[];
  expect(JSON.parse(runsJson(runs))).toEqual([
    { id: 'own', config, logFacts: null },
    { id: 'log', config: { ...config, lr_stage2: null }, logFacts },
  ]);
});
