import { describe, expect, it } from 'vitest';
import { findCached } from '@/lib/work/estimate.ts';
import {
  descriptiveFields,
  fieldNames,
  fieldsAffecting,
  fieldTable,
  previewFields,
  stagesAffectedBy,
} from './field-table.ts';
import { fieldNamed, fields } from './fields.ts';
import { runLabelsSchema } from './run-labels.ts';
import { type TrainConfigField, trainConfigSchema } from './train-config.ts';

const sorted = (names: readonly string[]) => [...names].sort();
const defaults = trainConfigSchema.parse({});

/** A valid value of a field other than its default. */
function anotherValue(name: TrainConfigField): unknown {
  const { kind, choices, limits, default: value } = fieldNamed(name);
  if (kind === 'switch') return !value;
  if (kind === 'words') return ['word'];
  if (kind === 'text') return 'another';
  if (kind === 'choice') {
    const choice = choices.find((each) => each !== String(value))!;
    return typeof value === 'number' ? Number(choice) : choice;
  }
  return value === limits!.max ? limits!.min : limits!.max;
}

describe('the field table', () => {
  it('has the fields of the schema, each with a unique label and help', () => {
    expect(sorted(fieldNames)).toEqual(sorted(Object.keys(trainConfigSchema.shape)));
    expect(new Set(fields.map(({ label }) => label)).size).toBe(fieldNames.length);
    for (const { name, help, label } of fields) {
      expect(help, name).toMatch(/\.$/);
      expect(trainConfigSchema.shape[name].meta()).toMatchObject({ label, description: help });
    }
  });

  it('knows the first stage that each field affects', () => {
    const first = fields.map(({ name, affects }) => [name, affects[0] ?? null]);
    expect(Object.fromEntries(first)).toEqual({
      name: null,
      notes: null,
      tags: null,
      json_output_path: null,
      dataset: 'features',
      train_limit: 'features',
      backbone: 'features',
      image_size: 'features',
      engine: 'features',
      epochs_stage1: 'stage1',
      batch_size: 'stage1',
      optimizer: 'stage1',
      lr_stage1: 'stage1',
      label_smoothing: 'stage1',
      dropout: 'stage1',
      seed: 'stage1',
      epochs_stage2: 'stage2',
      n_unfreeze: 'stage2',
      lr_stage2: 'stage2',
      weight_decay: 'stage2',
      augment: 'stage2',
      rotation: 'stage2',
      zoom: 'stage2',
      width_shift: 'stage2',
      height_shift: 'stage2',
      use_mixup: 'stage2',
      mixup_alpha: 'stage2',
      use_cutout: 'stage2',
    });
  });

  it('propagates a change to all later stages', () => {
    expect(stagesAffectedBy('dropout')).toEqual(['stage1', 'stage2', 'evaluation']);
    expect(fieldsAffecting('stage1')).toEqual(expect.arrayContaining(fieldsAffecting('features')));
    expect(sorted([...fieldsAffecting('evaluation'), ...descriptiveFields])).toEqual(sorted(fieldNames));
  });

  it('agrees with when cached features can be reused for another config', () => {
    const own = { ...defaults, train_limit: 1000 };
    const cached = { plain: true, mirrored: true, train: false, evaluated: false };
    const { dataset, backbone, image_size: imageSize, n_unfreeze: nUnfreeze, train_limit: trainLimit } = own;
    const onDisk = [{ ...cached, dataset, backbone, imageSize, nUnfreeze, trainLimit }];
    expect(findCached(own, onDisk, 1e9).plain).toBe(true);
    const decisive = fieldNames.filter((name) => {
      const changed = trainConfigSchema.parse({ ...own, [name]: anotherValue(name) });
      return !findCached(changed, onDisk, 1e9).plain;
    });
    // The engine that `auto` selects is unknown before a run starts.
    expect(sorted(decisive)).toEqual(sorted(fieldsAffecting('features').filter((name) => name !== 'engine')));
  });

  it('lets only descriptive fields change after the start', () => {
    expect(descriptiveFields).toEqual(expect.arrayContaining(Object.keys(runLabelsSchema.shape)));
  });

  it('requires stage 2 for fields that only stage 2 uses', () => {
    for (const [name, facts] of Object.entries(fieldTable)) {
      const needs: readonly string[] = 'needs' in facts ? facts.needs : [];
      const isOfStage2 = facts.affectsFrom === 'stage2' && name !== 'n_unfreeze' && name !== 'epochs_stage2';
      expect(needs[0], name).toBe(isOfStage2 ? 'stage2' : undefined);
    }
  });

  it('includes the data set and every augmentation in the preview', () => {
    const augmentations = fields.filter(({ group }) => group === 'augmentation').map(({ name }) => name);
    expect(sorted(previewFields)).toEqual(sorted(['dataset', ...augmentations]));
  });
});
