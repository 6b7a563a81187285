import { expect, it } from 'vitest';
import { fieldNames } from '@/lib/config/field-table.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { columnNamed, columns, sortColumns } from './columns.ts';

const run = {
  engine: 'wasm',
  config: trainConfigSchema.parse({ augment: true, use_cutout: true, tags: ['a', 'b'] }),
  logFacts: null,
};
const textOf = (id: (typeof columns)[number]['id']) => columnNamed(id).text?.(run as RunSummary);

it('has unique ids and headers, and can sort by every column except tags', () => {
  expect(new Set(columns.map(({ id }) => id)).size).toBe(columns.length);
  expect(new Set(columns.map(({ header }) => header)).size).toBe(columns.length);
  expect(columns.map(({ id }) => id).filter((id) => id !== 'tags')).toEqual(sortColumns);
});

it('takes header, title and value of a config field from the field table', () => {
  expect(columnNamed('lr_stage2')).toMatchObject({ header: 'lr2', title: 'Learning rate, stage 2' });
  expect(columnNamed('dropout')).toMatchObject({ header: 'Dropout', title: null, stored: 'config.dropout' });
  expect(textOf('lr_stage2')).toBe('1e-5');
  expect(textOf('image_size')).toBe('160');
  expect(textOf('tags')).toBe('a, b');
  for (const { id, stored } of columns) {
    if (stored?.startsWith('config.')) expect(fieldNames).toContain(id);
  }
});

it('says which settings an imported log does not contain', () => {
  const logFacts = { unknown: ['lr_stage2', 'image_size', 'use_mixup', 'dataset'], unusable: { image_size: '256' } };
  const log = { ...run, logFacts: { ...logFacts, other: {}, notes: [] } } as unknown as RunSummary;
  const texts = (['lr_stage2', 'image_size', 'augmentation', 'images', 'dropout'] as const).map((id) =>
    columnNamed(id).text?.(log),
  );
  expect(texts).toEqual(['not in log', '256', 'aug cutout not in log', 'not in log', '0.4']);
});

it('formats the other columns', () => {
  expect(textOf('augmentation')).toBe('aug cutout');
  expect(textOf('images')).toBe('45,000');
  expect(textOf('engine')).toBe('wasm');
});
