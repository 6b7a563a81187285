import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/train-config.ts';
import { findProblems, initialValues, readForm } from './read-form.ts';

describe('readForm', () => {
  it('reads an untouched form as the schema’s defaults', () => {
    expect(trainConfigSchema.parse(readForm(initialValues))).toEqual(trainConfigSchema.parse({}));
  });

  it('takes numbers as people type them, and words separated by commas', () => {
    const config = readForm({ ...initialValues, lr_stage2: '5e-5', zoom: '0,2', image_size: '96', tags: 'a, b c,,' });
    expect(config).toMatchObject({ lr_stage2: 5e-5, zoom: 0.2, image_size: 96, tags: ['a', 'b c'] });
  });
});

describe('findProblems', () => {
  it('finds none in what is right', () => {
    expect(findProblems({ ...initialValues, n_unfreeze: '102', name: 'x'.repeat(80) })).toEqual({});
  });

  it.each([
    ['n_unfreeze', '103', 'must be 102 or less'],
    ['n_unfreeze', '2.5', 'must be a whole number'],
    ['batch_size', '', 'must not be empty'],
    ['lr_stage2', 'fast', 'must be a number'],
    ['lr_stage2', '0', 'must be 1e-9 or more'],
    ['image_size', '100', 'must be one of 96, 128, 160, 192, 224'],
    ['tags', 'x'.repeat(41), 'a tag must be at most 40 characters long'],
    ['notes', 'x'.repeat(4001), 'must be at most 4,000 characters long'],
  ] as const)('says why %s cannot be “%s”', (name, value, message) => {
    expect(findProblems({ ...initialValues, [name]: value })).toEqual({ [name]: message });
  });
});
