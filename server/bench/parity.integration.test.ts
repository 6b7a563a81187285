import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { backbones } from '@/lib/network/backbones.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { emptyImages } from '@/server/model/dataset/dataset.ts';
import { otherEngines } from '@/server/model/engine/engines.test-helper.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { loadImageNet, needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import { referenceNumbers } from '@/tools/testing/paths.ts';
import { agrees, compareWithFile, type ParitySetup } from './parity.ts';

const { network } = backbones.imagenet;

const fixture = (name: string) => JSON.parse(readFileSync(path.join(referenceNumbers, name), 'utf8'));

const smallSteps = 'n10_96px_lr1e-5_from_image_0';

describe.skipIf(!realData)(needsData('parity with other implementations'), () => {
  let setup: ParitySetup;
  beforeAll(async () => {
    const weights = await loadImageNet(224);
    setup = { engine: createOnnxRuntimeEngine(), network, weights, images: (await loadCifar10(realData!)).test };
  });

  it('computes the features of PyTorch at 96 and 160 px', async () => {
    const agreements = await compareWithFile(setup, fixture('features.json'));
    expect(agreements.map(({ what }) => what)).toEqual(['features, 96 px', 'features, 160 px']);
    for (const agreement of agreements) expect(agreement).toSatisfy(agrees);
  });

  it('computes the losses, gradients and weight changes of float64 steps at N = 10, 30 and 102', async () => {
    const agreements = await compareWithFile(setup, fixture('finetune-steps.json'));
    expect(agreements).toHaveLength(9);
    for (const agreement of agreements) expect(agreement).toSatisfy(agrees);
  });

  it.each(otherEngines)('agrees on the engine %s for features at 96 px and two steps at N = 10', async (_, engine) => {
    const { images, features } = fixture('features.json');
    const steps = fixture('finetune-steps.json')[smallSteps];
    const agreements = [
      ...(await compareWithFile({ ...setup, engine }, { images, features: { 96: features['96'] } })),
      ...(await compareWithFile(
        { ...setup, engine },
        { [smallSteps]: { ...steps, losses: steps.losses.slice(0, 2) } },
      )),
    ];
    // Weight changes are only known after all steps.
    const compared = agreements.filter(({ what }) => !what.includes('change norms'));
    expect(compared).toHaveLength(3);
    for (const agreement of compared) expect(agreement).toSatisfy(agrees);
  });

  it('detects a difference', async () => {
    const reference = fixture('features.json');
    reference.features = { 96: reference.features['96'] };
    reference.features['96'][1][7] += 0.01;
    const [agreement] = await compareWithFile(setup, reference);
    expect(agreement!.largest).toBeCloseTo(0.01, 4);
    expect(agrees(agreement!)).toBe(false);
  });

  it('detects a reference for a tensor that is not trained', async () => {
    const name = 'n10_96px_lr1e-5_from_image_0';
    const wrong = {
      ...fixture('finetune-steps.json')[name],
      losses: [2.303238],
      change_norms_after_last_step: { 'Conv1/kernel': 0.1 },
    };
    const agreements = await compareWithFile(setup, { [name]: wrong });
    expect(agrees(agreements.at(-1)!)).toBe(false);
  });

  it('rejects a file that is not a reference', async () => {
    await expect(compareWithFile(setup, { remark: 'nothing here' })).rejects.toThrow(
      'neither features nor fine-tuning steps',
    );
  });
});

it('computes the features of Keras with the bundled backbone', async () => {
  const { image_size: size, images: bytes, features } = fixture('sketch-features.json');
  const images = emptyImages(features.length);
  images.pixels.set(Buffer.from(bytes, 'base64'));
  const network = backbones.sketch.network;
  const weights = await loadWeights(findWeightsFile('', { backbone: 'sketch', image_size: size }), network);
  const setup = { engine: createOnnxRuntimeEngine(), network, weights, images };
  const agreements = await compareWithFile(setup, { images: [...features.keys()], features: { [size]: features } });
  expect(agreements).toHaveLength(1);
  expect(agreements[0]).toSatisfy(agrees);
});
