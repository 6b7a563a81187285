import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { launchBrowser } from '@/tools/testing/browser.ts';
import { exportTfjs } from './export-tfjs.ts';
import { kerasImages } from './interpret-keras.test-helper.ts';
import {
  availableBackbones,
  loadBaseWeights,
  loadTestImages,
  makeTrainedModel,
  trainerProbabilities,
} from './trained-model.test-helper.ts';

/** Result of running stock TensorFlow.js in the page. */
interface PageResult {
  probabilities: number[];
  metadata: { classes: string[]; preprocessing: string };
  /** Names of the layers with trainable weights. */
  trainable: string[];
}

describe.each(availableBackbones)('exportTfjs of a run from %s', (backbone) => {
  let folder: string;
  let files: Record<string, Uint8Array>;
  let server: Server;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfjs-'));
    const model = makeTrainedModel(await loadBaseWeights(backbone), backbone);
    await exportTfjs(path.join(folder, 'tfjs.zip'), model);
    const library = await readFile(path.resolve('node_modules/@tensorflow/tfjs/dist/tf.min.js'));
    files = { ...unzipSync(await readFile(path.join(folder, 'tfjs.zip'))), 'tf.min.js': library };
    const plain = Buffer.from('<!doctype html><meta charset="utf-8"><script src="tf.min.js"></script>');
    server = createServer((request, response) => response.end(files[request.url!.slice(1)] ?? plain)).listen(0);
    browser = await launchBrowser();
    page = await browser.newPage();
    // The example loads TensorFlow.js from the CDN; the test serves it from node_modules.
    await page.route('https://cdn.jsdelivr.net/**', (route) => route.fulfill({ body: library }));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true });
  });

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  it('consists of a few files, none too large for a browser’s cache', () => {
    const shards = Object.keys(files).filter((name) => name.endsWith('.bin'));
    // The bundled backbone's weights fit into one shard.
    expect(shards.length).toBeGreaterThan(backbone === 'sketch' ? 0 : 1);
    expect(shards.filter((name) => files[name]!.length > 4 * 1024 * 1024)).toEqual([]);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['model.json', 'index.html', 'README.md']));
  });

  it('predicts the trainer’s probabilities in a plain page and provides the classes', {
    timeout: 240_000,
  }, async () => {
    const count = 100;
    const base = await loadBaseWeights(backbone);
    const test = await loadTestImages(backbone);
    await page.goto(address());
    // Passed as text, so that the test runner does not transform the code that runs in the page.
    const result = (await page.evaluate(`(async (pixels) => {
      await tf.setBackend('cpu');
      const model = await tf.loadLayersModel('model.json');
      const probabilities = tf.tidy(() => model.predict(tf.tensor4d(pixels, [${count}, 32, 32, 3]), { batchSize: 10 }));
      return {
        probabilities: [...(await probabilities.data())],
        metadata: model.getUserDefinedMetadata(),
        trainable: model.layers.filter((layer) => layer.trainableWeights.length > 0).map((layer) => layer.name),
      };
    })(${JSON.stringify(kerasImages(test.pixels, count))})`)) as PageResult;

    const expected = await trainerProbabilities(makeTrainedModel(base, backbone), base, test, count);
    expect(result.probabilities).toHaveLength(count * 10);
    expect(Math.max(...expected.map((value, at) => Math.abs(value - result.probabilities[at]!)))).toBeLessThan(1e-3);
    expect(result.metadata.classes).toEqual(cifar10Classes);
    expect(result.metadata.preprocessing).toContain('96 px');
    expect(result.trainable).toHaveLength(15 + 3);
  });

  it('includes a page that classifies an image', { timeout: 120_000 }, async () => {
    await page.goto(`${address()}index.html`);
    await page.getByText('Choose an image').waitFor();
    const image = { name: 'page.png', mimeType: 'image/png', buffer: await page.screenshot() };
    await page.locator('input').setInputFiles(image);
    await page.locator('li').first().waitFor();
    const ranked = await page.locator('li').allTextContents();
    expect(ranked).toHaveLength(3);
    expect(cifar10Classes).toContain(ranked[0]!.split(' ')[0]);
  });
});
