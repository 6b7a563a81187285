import { describe, expect, it } from 'vitest';
import { fieldNamed } from '@/lib/config/fields.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { wrongValues } from '@/lib/config/wrong-values.test-helper.ts';
import { findProblems, initialValues, readForm, writeForm } from './read-form.ts';

describe('readForm', () => {
  it('reads an unchanged form as the schema’s defaults', () => {
    expect(trainConfigSchema.parse(readForm(initialValues))).toEqual(trainConfigSchema.parse({}));
  });

  it('accepts decimal commas, exponents and comma-separated words', () => {
    const config = readForm({ ...initialValues, lr_stage2: '5e-5', zoom: '0,2', image_size: '96', tags: 'a, b c,,' });
    expect(config).toMatchObject({ lr_stage2: 5e-5, zoom: 0.2, image_size: 96, tags: ['a', 'b c'] });
  });
});

describe('writeForm', () => {
  it('is the inverse of readForm, without loss of digits', () => {
    const config = trainConfigSchema.parse({
      lr_stage1: 1.2345678901e-7,
      lr_stage2: 0.00012345,
      weight_decay: 0,
      zoom: 1 / 3,
      image_size: 224,
      augment: true,
      use_mixup: false,
      optimizer: 'sgd',
      tags: ['a', 'b c'],
      notes: 'two\nlines',
    });
    expect(readForm(writeForm(config))).toEqual(config);
  });
});

/** The invalid values that can be typed. Not included: numbers in text fields and single words as tags, which are valid text. */
const typed = wrongValues
  .filter(({ field, value }) => {
    const { kind } = fieldNamed(field);
    return (
      kind !== 'switch' && (typeof value === 'string' ? kind !== 'words' : typeof value === 'number' && kind !== 'text')
    );
  })
  .map(({ field, value }) => ({ field, value: String(value) }));

describe('findProblems', () => {
  it('finds none in a valid form', () => {
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
  ] as const)('explains why %s cannot be “%s”', (name, value, message) => {
    expect(findProblems({ ...initialValues, [name]: value })).toEqual({ [name]: message });
  });

  it('explains that batches cannot be larger than the training images of augmented runs', () => {
    const values = { ...initialValues, dataset: 'pets', augment: true, batch_size: '33' };
    const size = (train: number) => () => ({ train, val: 5, test: 10, classes: 2 });
    expect(findProblems(values, size(33))).toEqual({});
    expect(findProblems(values, size(32))).toEqual({ batch_size: expect.stringMatching(/^must be 32 or less: there/) });
    expect(findProblems({ ...values, augment: false }, size(32))).toEqual({});
    expect(findProblems({ ...values, batch_size: 'many' }, size(32))).toEqual({ batch_size: 'must be a number' });
  });

  it.each(typed)('explains why $field cannot be “$value”', ({ field, value }) => {
    expect(findProblems({ ...initialValues, [field]: value })).toEqual({ [field]: expect.stringMatching(/^must be /) });
  });
});
