import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Dataset, Group } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { readHdf5 } from '@/server/model/files/hdf5.ts';
import { loadImageNet, needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { exportKerasH5 } from './export-keras-h5.ts';
import { kerasImage, predict, readKerasFile } from './interpret-keras.test-helper.ts';
import { kerasModelConfig, kerasTrainingConfig } from './keras-config.ts';
import { makeTrainedModel, trainerProbabilities } from './trained-model.test-helper.ts';
import type { TrainedModel } from './trained-model.ts';

const { network } = backbones.imagenet;

const fixture = async (name: string) =>
  JSON.parse(await readFile(path.join(import.meta.dirname, 'fixtures', name), 'utf8'));

const settings = {
  backbone: 'imagenet' as const,
  imageSize: 160,
  nUnfreeze: 30,
  classes: cifar10Classes,
  dropout: 0.4,
};

describe('kerasModelConfig', () => {
  it('matches, layer by layer, a config that Keras 2.15 and Keras 3.15 both open', async () => {
    const withoutFlags = (config: ReturnType<typeof kerasModelConfig>) => ({
      ...config.config,
      layers: config.config.layers.map((layer) => ({ ...layer, config: { ...layer.config, trainable: null } })),
    });
    expect(withoutFlags(kerasModelConfig(settings))).toEqual(withoutFlags(await fixture('keras-model-config.json')));
  });

  it('names its input and output without a list, so that they are single tensors in Keras 3', () => {
    const { input_layers, output_layers } = kerasModelConfig(settings).config;
    expect([input_layers, output_layers]).toEqual([
      ['input_1', 0, 0],
      ['logits', 0, 0],
    ]);
  });

  it.each([
    { nUnfreeze: 0, convLayers: 0 },
    { nUnfreeze: 10, convLayers: 5 },
    { nUnfreeze: 30, convLayers: 15 },
    { nUnfreeze: 102, convLayers: 52 },
  ])(
    'marks $convLayers conv layers and the head as trainable for n_unfreeze $nUnfreeze',
    ({ nUnfreeze, convLayers }) => {
      const { layers } = kerasModelConfig({ ...settings, nUnfreeze }).config;
      const trainable = layers.filter((layer) => layer.config.trainable);
      expect(trainable.filter((layer) => layer.class_name.includes('Conv2D'))).toHaveLength(convLayers);
      expect(trainable.filter((layer) => layer.class_name === 'BatchNormalization').map((layer) => layer.name)).toEqual(
        ['head_bn'],
      );
      expect(trainable.slice(-5).map((layer) => layer.name)).toEqual([
        'global_average_pooling2d',
        'head_bn',
        'dense',
        'dropout',
        'logits',
      ]);
    },
  );
});

describe.skipIf(!realData)(needsData('exportKerasH5'), () => {
  let folder: string;
  let file: string;
  let imageNet: Weights;
  let model: TrainedModel;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keras-h5-'));
    file = path.join(folder, 'cifar10.h5');
    imageNet = await loadImageNet(96);
    model = makeTrainedModel(imageNet);
    await exportKerasH5(file, model);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('writes one complete file, and none if a tensor is missing', async () => {
    await expect(exportKerasH5(path.join(folder, 'bad.h5'), { ...model, head: new Map() })).rejects.toThrow('head_bn');
    expect(await readdir(folder)).toEqual(['cifar10.h5']);
  });

  it('has the structure that Keras writes', async () => {
    const structure = await fixture('keras-h5-structure.json');
    const config = { model_config: kerasModelConfig(model), training_config: kerasTrainingConfig(model) };
    await readHdf5(file, (root) => {
      const text = (name: string) => JSON.parse(root.attrs[name]?.value as string);
      expect({ model_config: text('model_config'), training_config: text('training_config') }).toEqual(config);
      for (const name of ['keras_version', 'backend']) {
        expect(root.attrs[name]?.value).toBe(structure.attributes['/'][name]);
      }
      for (const [item, expected] of Object.entries<Record<string, unknown>>(structure.items)) {
        const entity = root.get(item);
        if (entity instanceof Dataset) {
          expect([item, entity.shape, entity.dtype]).toEqual([item, expected.shape, '<f']);
        } else {
          expect(entity, item).toBeInstanceOf(Group);
          const values = Object.entries((entity as Group).attrs).map(([name, attribute]) => [name, attribute.value]);
          const found = Object.fromEntries(values.map(([name, value]) => [name, abbreviated(value)]));
          expect([item, found]).toEqual([item, expected.attributes]);
        }
      }
    });
  });

  /** An attribute in the fixture's format: the middle of long lists is omitted. */
  function abbreviated(value: unknown) {
    if (typeof value === 'string') return value;
    const list = [...(value as Iterable<string>)];
    return list.length < 20 ? list : [...list.slice(0, 8), '…', ...list.slice(-6)];
  }

  it('contains every frozen tensor bit-identical and unfolded, and the trained ones', async () => {
    const { weights } = await readKerasFile(file);
    const tensors = new Map([...weights.values()].flat().map(({ name, data }) => [name.replace(':0', ''), data]));
    expect(tensors.size).toBe(260 + 8);
    const isSame = (name: string, data: Float32Array | undefined) =>
      Buffer.from(tensors.get(name)!.buffer).equals(Buffer.from(data!.buffer));
    const changed = [...imageNet].filter(([name, { data }]) => !isSame(name, data)).map(([name]) => name);
    expect(changed).toEqual(trainedConvolutions(network, 30).map(kernelName));
    const trained = [...changed.map((name) => [name, model.weights.get(name)?.data] as const), ...model.head];
    expect(trained.filter(([name, data]) => !isSame(name, data))).toEqual([]);
  });

  /** Probabilities of the first 100 test images by the file's model_config. Cached, because it takes seconds. */
  const interpret = () => {
    interpreted ??= interpretFile();
    return interpreted;
  };
  let interpreted: Promise<number[][]> | undefined;
  async function interpretFile(): Promise<number[][]> {
    const keras = await readKerasFile(file);
    const { pixels } = (await loadCifar10(realData!)).test;
    return Array.from({ length: 100 }, (_, index) => [
      ...predict(keras, kerasImage(pixels.subarray(index * imageBytes, (index + 1) * imageBytes))),
    ]);
  }

  it('predicts, by its model_config, the trainer’s probabilities', async () => {
    const expected = (await interpret()).flat();
    const probabilities = await trainerProbabilities(model, imageNet, (await loadCifar10(realData!)).test, 100);
    const differences = probabilities.map((value, at) => Math.abs(value - expected[at]!));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  }, 60_000);

  const pythons = { 'Keras 2': process.env.KERAS2_PYTHON, 'Keras 3': process.env.KERAS3_PYTHON };
  const missing = Object.values(pythons).includes(undefined);
  if (missing && process.env.REQUIRE_PYTHON) throw new Error('REQUIRE_PYTHON needs KERAS2_PYTHON and KERAS3_PYTHON');
  if (missing) console.info('skipped: needs Keras, see tools/python/check-keras.py');

  it.skipIf(missing)(
    `opens in Keras 2 and Keras 3, whose predictions match its model_config${missing ? ' (skipped: needs Keras)' : ''}`,
    async () => {
      const images = path.join(realData!, 'cifar-10-batches-bin', 'test_batch.bin');
      const expected = await interpret();
      const probabilities = path.join(folder, 'probabilities.json');
      await writeFile(probabilities, JSON.stringify(expected));
      const script = inProject('tools/python/check-keras.py');
      for (const [name, python] of Object.entries(pythons)) {
        const { stdout } = await promisify(execFile)(python!, [script, file, images, '--probabilities', probabilities]);
        const report = JSON.parse(stdout.trim().split('\n').at(-1)!);
        expect(report, name).toMatchObject({
          single_tensors: true,
          features: [2, 128],
          layers: 161,
          trainable_tensors: 15 + 6,
        });
        expect(report.largest_difference, name).toBeLessThan(1e-3);
        console.info(`${name}: ${JSON.stringify(report)}`);
      }
    },
    300_000,
  );
});
