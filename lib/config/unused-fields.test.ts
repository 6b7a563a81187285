import { describe, expect, it } from 'vitest';
import { initialValues, readForm } from '@/components/new-run/read-form.ts';
import { type TrainConfigInput, trainConfigSchema } from './train-config.ts';
import { unusedFields } from './unused-fields.ts';

const unused = (config: TrainConfigInput) => unusedFields(trainConfigSchema.parse(config));
const geometry = ['height_shift', 'rotation', 'width_shift', 'zoom'];

describe('unusedFields', () => {
  it('rules out what a switch leaves unused', () => {
    expect(Object.keys(unused({})).sort()).toEqual([...geometry, 'mixup_alpha'].sort());
    expect(Object.keys(unused({ augment: true })).sort()).toEqual(['mixup_alpha']);
    expect(unused({ augment: true, use_mixup: true, use_cutout: true })).toEqual({});
    expect(unused({}).rotation).toContain('augment is off');
  });

  it('rules out weight decay where nothing decays weights', () => {
    expect(unused({ optimizer: 'sgd' }).weight_decay).toContain('adamw');
    expect(unused({ optimizer: 'adam' }).weight_decay).toContain('adamw');
    expect(unused({ optimizer: 'adamw' }).weight_decay).toBeUndefined();
  });

  it('rules out all of stage 2 where it has no epochs, and says so first', () => {
    const reasons = unused({ epochs_stage2: 0, optimizer: 'sgd' });
    expect(Object.keys(reasons).sort()).toEqual(
      [...geometry, 'augment', 'lr_stage2', 'mixup_alpha', 'use_cutout', 'use_mixup', 'weight_decay'].sort(),
    );
    expect(new Set(Object.values(reasons))).toEqual(new Set(['Not used: stage 2 has no epochs.']));
  });

  it('rules nothing out by a value that cannot be used', () => {
    const typed = readForm({ ...initialValues, epochs_stage2: '', augment: true, use_mixup: true });
    expect(unusedFields(typed)).toEqual({});
  });
});
