import { expect, it } from 'vitest';
import { backbones } from '@/lib/network/backbones.ts';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Random } from '@/server/model/random.ts';
import { kernelOf } from './fold.ts';
import { createHead } from './head.ts';
import { frozenGraph, frozenShape, gradientName, inferenceGraph, trainedShapes, trainingGraph } from './model.ts';
import { randomWeights } from './random-weights.ts';

const { network } = backbones.imagenet;

const weights = randomWeights(network);
const engine = createOnnxRuntimeEngine();
const [batch, classes, imageSize] = [3, 10, 96];
const random = new Random(7, 'pixels');
const pixels = Float32Array.from({ length: batch * 3 * 32 * 32 }, () => random.next());

function parametersOf(nUnfreeze: number) {
  const parameters = createHead(classes, new Random(3));
  for (const convolution of trainedConvolutions(network, nUnfreeze)) {
    parameters.set(kernelName(convolution), kernelOf(weights, convolution));
  }
  return Object.fromEntries(parameters);
}

async function logits(nUnfreeze: number): Promise<Float32Array> {
  const model = { network, imageSize, nUnfreeze, classes };
  const frozenPart = await engine.compile(frozenGraph(weights, model, batch));
  const { frozen } = await frozenPart.run({ pixels });
  expect(frozen).toHaveLength(batch * frozenShape(model).reduce((product, length) => product * length));
  const tail = await engine.compile(inferenceGraph(weights, model, batch));
  return (await tail.run({ ...parametersOf(nUnfreeze), frozen: frozen! })).logits!;
}

it('computes the same logits, whichever part of the network is trained', async () => {
  const expected = await logits(0);
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
  for (const nUnfreeze of [2, 10, 30, 60, 101, 102]) {
    const actual = await logits(nUnfreeze);
    for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, 3);
  }
});

it.each([0, 1, 30, 102])('returns a finite gradient for every trained parameter, N = %i', async (nUnfreeze) => {
  const model = { network, imageSize, nUnfreeze, classes };
  const frozenPart = await engine.compile(frozenGraph(weights, model, batch));
  const program = await engine.compile(trainingGraph(weights, model, batch));
  const targets = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) targets[row * classes + row] = 1;
  const results = await program.run({
    ...parametersOf(nUnfreeze),
    frozen: (await frozenPart.run({ pixels })).frozen!,
    targets,
    dropout_mask: new Float32Array(batch * 128).fill(1),
  });
  for (const [name, shape] of trainedShapes(model)) {
    const gradient = results[gradientName(name)]!;
    expect(gradient).toHaveLength(shape.reduce((product, length) => product * length));
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient.some((value) => value !== 0)).toBe(true);
  }
});
