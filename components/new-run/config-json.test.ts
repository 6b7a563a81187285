import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { readConfigJson, writeConfigJson } from './config-json.ts';
import { initialValues, readForm } from './read-form.ts';

const read = (content: unknown) => {
  const found = readConfigJson(typeof content === 'string' ? content : JSON.stringify(content));
  if ('problem' in found) throw new Error(found.problem);
  return found;
};
/** The config of a default form after the text was pasted. */
const configOf = (content: unknown) => readForm({ ...initialValues, ...read(content).values });

describe('readConfigJson', () => {
  it('reads every field of a copied config', () => {
    const config: TrainConfigInput = {
      ...trainConfigSchema.parse({}),
      n_unfreeze: 30,
      lr_stage2: 3e-5,
      augment: true,
      image_size: 96,
      optimizer: 'sgd',
      tags: ['a', 'b c'],
    };
    const copied = writeConfigJson(config);
    expect(read(copied).problems).toEqual([]);
    expect(configOf(copied)).toEqual(config);
  });

  it('returns valid values and a reason for every other key', () => {
    const { values, problems, isLog } = read({
      n_unfreeze: 30,
      batch_size: 'many',
      zoom: 2,
      epochs_stage1: 2.5,
      augment: 'perhaps',
      tags: 'a',
      image_size: 100,
      optimizer: 'lion',
      name: 5,
      seed: null,
      n_unfrieze: 7,
      learning_rate: 1e-3,
      constructor: {},
    });
    expect(values).toEqual({ n_unfreeze: '30' });
    expect(Object.fromEntries(problems.map(({ key, message }) => [key, message]))).toEqual({
      batch_size: 'batch_size must be a number, not "many".',
      zoom: 'zoom must be 0.9 or less, not 2.',
      epochs_stage1: 'epochs_stage1 must be a whole number, not 2.5.',
      augment: 'augment must be true or false, not "perhaps".',
      tags: 'tags must be a list of words, not "a".',
      image_size: 'image_size must be one of 96, 128, 160, 192, 224, not 100.',
      optimizer: 'optimizer must be one of adamw, adam, sgd, not "lion".',
      name: 'name must be text, not 5.',
      seed: 'seed must be a number, not null.',
      n_unfrieze: 'Unknown field n_unfrieze. Did you mean n_unfreeze?',
      learning_rate: 'Unknown field learning_rate (value: 0.001).',
      constructor: 'Unknown field constructor (value: {}).',
    });
    expect(isLog).toBe(false);
  });

  it('reads the config of an original log', () => {
    const log = readFileSync(inProject('lib/logs/fixtures/original-log.json'), 'utf8');
    const { problems, isLog } = read(log);
    expect(problems).toEqual([]);
    expect(isLog).toBe(true);
    const { base_model, img_size, augment, ...rest } = JSON.parse(log).config;
    expect(configOf(log)).toMatchObject({ ...rest, image_size: img_size, augment: augment === 'True' });
  });

  it.each([
    ['True', true],
    ['False', false],
    ['none', false],
  ])('reads %s as a switch value of a log', (word, augment) => {
    expect(read({ base_model: 'MobileNetV2', augment: word, optimizer: 'AdamW', run_id: 'x' })).toEqual({
      values: { augment, optimizer: 'adamw' },
      problems: [],
      isLog: true,
      filled: expect.arrayContaining(['Dropout: 0.4']),
    });
  });

  it('takes a log’s learning rates from its curves, and names the fields that it does not contain', () => {
    const log = readFileSync(inProject('lib/logs/fixtures/original-logs/run_full_tune.json'), 'utf8');
    const { values, filled } = read(log);
    expect(values).toMatchObject({ lr_stage1: '0.001', lr_stage2: '3e-4' });
    expect(filled).toEqual(expect.arrayContaining(['Optimizer: adamw', 'Training images: all']));
    expect(filled.join()).not.toMatch(/Learning rate|Seed|Dataset|Engine/);
    expect(read({ config: { run_id: '20260102-000000-4f2a', seed: 1 } }).filled).toEqual([]);
  });

  it('reads NaN and Infinity, which Python writes into JSON', () => {
    expect(read('{"config": {"n_unfreeze": 5}, "curves": [NaN, -Infinity]}').values).toEqual({ n_unfreeze: '5' });
  });

  it.each([
    ['{"n_unfreeze": 30', /^This is not JSON: /],
    ['', /^This is empty$/],
    ['[1, 2]', /^This is JSON, but not a config/],
    ['"n_unfreeze"', /^This is JSON, but not a config/],
  ])('reports that %j is not a config', (text, problem) => {
    expect(readConfigJson(text)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it('reports a base model other than MobileNetV2', () => {
    expect(read({ base_model: 'ResNet50' }).problems).toEqual([
      { key: 'base_model', message: 'base_model must be "MobileNetV2", not "ResNet50".' },
    ]);
  });
});
