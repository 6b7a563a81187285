import { expect, it } from 'vitest';
import { backbones } from '@/lib/network/backbones.ts';
import { plainBatches } from '@/server/model/dataset/batches/batches.ts';
import { emptyImages } from '@/server/model/dataset/dataset.ts';
import { renderSketch10 } from '@/server/model/dataset/sketch10/sketch10.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { randomBackbone } from './random-backbone.ts';

it('has normalised activations up to the last layer', async () => {
  const engine = createOnnxRuntimeEngine();
  const count = 32;
  const images = emptyImages(count);
  images.pixels.set(renderSketch10({ split: 'train', count }).pixels);
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const model = { network: backbones.sketch.network, imageSize: 96 };
  const weights = await randomBackbone(engine, { ...model, seed: 3 }, images, indices);
  const programs = new Programs(engine, weights, { ...model, nUnfreeze: 0, classes: 10 });
  const [batch] = plainBatches(images, indices, count, { mirrored: false });
  const { frozen: features } = await (await programs.frozen(count)).run({ pixels: batch!.pixels });
  await programs.release();
  // ReLU of a standard normal variable has the mean 1/√(2π), which pooling preserves.
  const mean = features!.reduce((sum, value) => sum + value, 0) / features!.length;
  expect(mean).toBeCloseTo(0.399, 1);
});
