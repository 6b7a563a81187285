import { describe, expect, it } from 'vitest';
import { fields } from '@/lib/config/fields.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { fieldGroups } from './form-groups.ts';

const names = Object.keys(trainConfigSchema.shape).sort();

describe('the form', () => {
  it('contains every field of the schema exactly once', () => {
    expect(fieldGroups.flatMap((group) => group.fields).sort()).toEqual(names);
  });

  it('uses the labels and descriptions of the schema', () => {
    expect(fields.map(({ name }) => name).sort()).toEqual(names);
    for (const { name, label, help } of fields) {
      expect(trainConfigSchema.shape[name].meta()).toMatchObject({ label, description: help });
    }
  });

  it('derives kinds, limits, choices and defaults from the schema', () => {
    const field = (name: string) => fields.find((each) => each.name === name);
    expect(field('n_unfreeze')).toMatchObject({ kind: 'integer', limits: { min: 0, max: 102 }, initial: '0' });
    expect(field('lr_stage2')).toMatchObject({ kind: 'real', initial: '1e-5', limits: { min: 1e-9, max: 1000 } });
    expect(field('image_size')).toMatchObject({ kind: 'choice', choices: ['96', '128', '160', '192', '224'] });
    expect(field('optimizer')).toMatchObject({ kind: 'choice', choices: ['adamw', 'adam', 'sgd'], initial: 'adamw' });
    expect(field('augment')).toMatchObject({ kind: 'switch', initial: false });
    expect(field('tags')).toMatchObject({ kind: 'words', initial: '' });
  });
});
