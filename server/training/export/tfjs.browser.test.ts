import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifar10Classes } from '../../../lib/classes.ts';
import { launchBrowser } from '../../../tools/testing/browser.ts';
import { imageBytes, loadCifar10 } from '../dataset/cifar10.ts';
import { findWeightsFile, loadWeights } from '../network/weights.ts';
import { needsData, realData } from '../real-data.test-helper.ts';
import { kerasImage } from './interpret-keras.test-helper.ts';
import { exportTfjs } from './tfjs.ts';
import { makeTrainedModel, trainerProbabilities } from './trained-model.test-helper.ts';

/** What the page says, run in it with stock TensorFlow.js. */
interface Answer {
  probabilities: number[];
  metadata: { classes: string[]; preprocessing: string };
  /** Layers whose weights training would change. */
  trainable: string[];
}

describe.skipIf(!realData)(needsData('exportTfjs'), () => {
  let folder: string;
  let files: Record<string, Uint8Array>;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfjs-'));
    const model = makeTrainedModel(await loadWeights(findWeightsFile(realData!, 96)));
    await exportTfjs(path.join(folder, 'tfjs.zip'), model);
    const library = await readFile(path.resolve('node_modules/@tensorflow/tfjs/dist/tf.min.js'));
    files = { ...unzipSync(await readFile(path.join(folder, 'tfjs.zip'))), 'tf.min.js': library };
    const page = Buffer.from('<!doctype html><meta charset="utf-8"><script src="tf.min.js"></script>');
    server = createServer((request, response) => response.end(files[request.url!.slice(1)] ?? page)).listen(0);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true });
  });

  it('is a few files, none too large for a browser’s cache', () => {
    const shards = Object.keys(files).filter((name) => name.endsWith('.bin'));
    expect(shards.length).toBeGreaterThan(1);
    expect(shards.filter((name) => files[name]!.length > 4 * 1024 * 1024)).toEqual([]);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['model.json', 'index.html']));
  });

  it('gives the trainer’s probabilities in a plain page, and knows its classes', { timeout: 240_000 }, async () => {
    const count = 100;
    const imageNet = await loadWeights(findWeightsFile(realData!, 96));
    const { test } = await loadCifar10(realData!);
    const images = Array.from({ length: count }, (_, index) => [
      ...kerasImage(test.pixels.subarray(index * imageBytes, (index + 1) * imageBytes)),
    ]);
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    // As text: nothing of the test's own tooling may reach the page.
    const answer = (await page.evaluate(`(async (pixels) => {
      await tf.setBackend('cpu');
      const model = await tf.loadLayersModel('model.json');
      const probabilities = tf.tidy(() => model.predict(tf.tensor4d(pixels, [${count}, 32, 32, 3]), { batchSize: 10 }));
      return {
        probabilities: [...(await probabilities.data())],
        metadata: model.getUserDefinedMetadata(),
        trainable: model.layers.filter((layer) => layer.trainableWeights.length > 0).map((layer) => layer.name),
      };
    })(${JSON.stringify(images.flat())})`)) as Answer;

    const expected = await trainerProbabilities(makeTrainedModel(imageNet), imageNet, test, count);
    expect(answer.probabilities).toHaveLength(count * 10);
    expect(Math.max(...expected.map((value, at) => Math.abs(value - answer.probabilities[at]!)))).toBeLessThan(1e-3);
    expect(answer.metadata.classes).toEqual(cifar10Classes);
    expect(answer.metadata.preprocessing).toContain('96 px');
    expect(answer.trainable).toHaveLength(15 + 3);
  });
});
