import { describe, expect, it } from 'vitest';
import { presets } from '@/lib/config/presets.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { changedFields, type FormOrigin, fillFromJson, fillFromRun, fillPreset } from './form-origin.ts';
import { findProblems, initialValues, readForm } from './read-form.ts';

const preset = (title: string) => presets.find((each) => each.title === title)!;
const configOf = (title: string) => trainConfigSchema.parse(readForm(fillPreset(preset(title).config)));

describe('presets', () => {
  it.each(presets)('$title is a valid config', ({ config }) => {
    expect(findProblems(fillPreset(config))).toEqual({});
  });

  it('lists the quickest preset first', () => {
    expect(presets[0].title).toBe('Quick look');
  });

  it('includes the defaults of the original script', () => {
    expect(configOf('Original baseline')).toEqual(trainConfigSchema.parse({}));
  });

  it('includes the settings of the original’s best run', () => {
    expect(configOf('Original best, N = 30')).toEqual({
      ...trainConfigSchema.parse({}),
      n_unfreeze: 30,
      epochs_stage1: 30,
      epochs_stage2: 100,
      batch_size: 64,
      augment: true,
      rotation: 20,
      zoom: 0.15,
      width_shift: 0.1,
      height_shift: 0.1,
    });
  });

  it('keeps name, notes, tags and engine', () => {
    const typed = { ...initialValues, name: 'mine', notes: 'why', tags: 'a, b', engine: 'cpu', zoom: '0.5' };
    expect(fillPreset({}, typed)).toEqual({ ...typed, zoom: initialValues.zoom });
  });
});

describe('changedFields', () => {
  const origin: FormOrigin = {
    kind: 'preset',
    title: 'x',
    values: { ...initialValues, zoom: '0.2', batch_size: '64' },
  };

  it('finds different values, not different spellings of a value', () => {
    expect(changedFields(origin.values, origin)).toEqual([]);
    expect(changedFields({ ...origin.values, zoom: '0,20', batch_size: ' 64' }, origin)).toEqual([]);
    expect(changedFields({ ...origin.values, zoom: '', batch_size: '65' }, origin)).toEqual(['batch_size', 'zoom']);
  });

  it('ignores name, notes and tags', () => {
    expect(changedFields({ ...origin.values, name: 'another', notes: 'n', tags: 't' }, origin)).toEqual([]);
  });
});

describe('filling', () => {
  it('copies every field of a run except its log path', () => {
    const config = trainConfigSchema.parse({
      n_unfreeze: 7,
      lr_stage1: 1e-4,
      tags: ['a', 'b'],
      name: 'first',
      use_mixup: true,
      json_output_path: 'a.json',
    });
    expect(trainConfigSchema.parse(readForm(fillFromRun(config)))).toEqual({ ...config, json_output_path: '' });
  });

  it('keeps fields that a config omits, and resets fields that a log omits to their defaults', () => {
    const typed = { ...initialValues, name: 'mine', zoom: '0.5', seed: '7' };
    const values = { n_unfreeze: '30', seed: '42', json_output_path: 'results/other.json' };
    expect(fillFromJson({ values, problems: [], filled: [], isLog: false }, typed)).toEqual({ ...typed, ...values });
    expect(fillFromJson({ values, problems: [], filled: [], isLog: true }, typed)).toEqual({
      ...initialValues,
      name: 'mine',
      n_unfreeze: '30',
      json_output_path: '',
    });
  });
});
