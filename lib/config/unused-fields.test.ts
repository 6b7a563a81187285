import { describe, expect, it } from 'vitest';
import { initialValues, readForm } from '@/components/new-run/read-form.ts';
import { type TrainConfigInput, trainConfigSchema } from './train-config.ts';
import { unusedFields } from './unused-fields.ts';

const unused = (config: TrainConfigInput) => unusedFields(trainConfigSchema.parse(config));
const geometry = ['height_shift', 'rotation', 'width_shift', 'zoom'];

describe('unusedFields', () => {
  it('lists the fields whose switch is off', () => {
    expect(Object.keys(unused({})).sort()).toEqual([...geometry, 'mixup_alpha'].sort());
    expect(Object.keys(unused({ augment: true })).sort()).toEqual(['mixup_alpha']);
    expect(unused({ augment: true, use_mixup: true, use_cutout: true })).toEqual({});
    expect(unused({}).rotation).toContain('augment is off');
  });

  it('lists weight decay for optimizers without it', () => {
    expect(unused({ optimizer: 'sgd' }).weight_decay).toContain('adamw');
    expect(unused({ optimizer: 'adam' }).weight_decay).toContain('adamw');
    expect(unused({ optimizer: 'adamw' }).weight_decay).toBeUndefined();
  });

  it('lists every stage 2 field if stage 2 has no epochs, with that as the reason', () => {
    const reasons = unused({ epochs_stage2: 0, optimizer: 'sgd' });
    expect(Object.keys(reasons).sort()).toEqual(
      [...geometry, 'augment', 'lr_stage2', 'mixup_alpha', 'use_cutout', 'use_mixup', 'weight_decay'].sort(),
    );
    expect(new Set(Object.values(reasons))).toEqual(new Set(['Not used: stage 2 has no epochs.']));
  });

  it('lists nothing because of an invalid value', () => {
    const typed = readForm({ ...initialValues, epochs_stage2: '', augment: true, use_mixup: true });
    expect(unusedFields(typed)).toEqual({});
  });
});
