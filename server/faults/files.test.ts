import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { decodePredictions, encodePredictions } from '@/lib/run/predictions.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { someData, someDataFolder } from '@/server/model/network/real-data.test-helper.ts';
import { loadWeights } from '@/server/model/network/weights.ts';
import { openDownload } from '@/server/runs/files/open-download.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '@/server/training/checkpoint/checkpoint.ts';
import { spawnTrainer } from '@/server/training/spawn-trainer.test-helper.ts';
import { fault, random, times } from './fault.test-helper.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const checkpointAt = (epoch: number): Checkpoint => ({
  stage: 1,
  epoch,
  bestEpoch: epoch,
  learningRate: 1,
  featuresCached: false,
  stage1: null,
  told: [],
  last: new Map([['w', new Float32Array(1000)]]),
  best: new Map(),
  optimizer: { steps: 1, slots: new Map() },
  earlyStopping: { best: 1, waited: 0, bestEpoch: epoch, stopped: false },
  reduceLrOnPlateau: { best: 1, waited: 0 },
  spent: { features: 0, head: 0, finetune: 0 },
});

const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

describe('truncated files', () => {
  fault('the data is truncated', 'CIFAR-10’s first file, at random lengths', async () => {
    const data = path.join(folder, cifar10Files.folder);
    mkdirSync(data);
    const file = path.join(data, cifar10Files.train[0]!);
    writeFileSync(file, '');
    const lengths = [0, cifar10Files.fileBytes - 1, random.integer(cifar10Files.fileBytes)];
    for (const length of lengths) {
      truncateSync(file, length);
      await expect(loadCifar10(folder)).rejects.toMatchObject({
        code: 'data-broken',
        message: expect.stringMatching(/data_batch_1\.bin .* it has \d+ bytes instead of 30730000\. Download it with/),
      });
    }
    return 'reported with its size and how to download it again';
  });

  fault('the weights are truncated', 'an HDF5 file, after its header and at random lengths', async () => {
    const file = path.join(folder, 'weights.h5');
    const whole = readWeights() ?? Buffer.concat([signature, Buffer.alloc(5000)]);
    const lengths = Array.from({ length: times(20, 4) }, () => random.integer(whole.length - 1));
    for (const length of [0, signature.length, 96, ...lengths]) {
      writeFileSync(file, whole.subarray(0, length));
      await expect(loadWeights(file, backbones.imagenet.network)).rejects.toMatchObject({
        code: 'weights-damaged',
        message: expect.stringMatching(/Delete it and download/),
      });
    }
    return 'reported as damaged, whatever is left of the file';
  });

  fault('checkpoints are truncated', 'the last one, then both, at random lengths', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const newest = path.join(folder, 'checkpoint.safetensors');
    const previous = path.join(folder, 'checkpoint-before.safetensors');
    for (let round = 0; round < times(50, 10); round++) {
      await writeCheckpoint(folder, checkpointAt(1));
      await writeCheckpoint(folder, checkpointAt(2));
      const { length } = readFileSync(newest);
      truncateSync(newest, random.integer(length));
      expect((await readCheckpoint(folder)).epoch).toBe(1);
      truncateSync(previous, random.integer(length));
      await expect(readCheckpoint(folder)).rejects.toMatchObject({
        code: 'checkpoint-damaged',
        message: expect.stringContaining('checkpoint.safetensors is damaged'),
      });
    }
    return 'the previous checkpoint is used; if both are damaged, the run reports it';
  });

  fault('predictions are truncated', 'predictions.bin, at random lengths', async () => {
    const labels = Uint8Array.from({ length: 100 }, (_, image) => image % 10);
    const probabilities = new Float32Array(1000).fill(0.1);
    const whole = encodePredictions(labels, { plain: probabilities, tta: probabilities }, 10);
    for (let round = 0; round < times(200, 20); round++) {
      const cut = whole.subarray(0, random.integer(whole.length));
      expect(() => decodePredictions(cut)).toThrow(/predictions/i);
    }
    return 'rejected; comparisons use the accuracies instead';
  });
});

/** @returns the weights file in the data folder; null if there is none */
function readWeights(): Buffer | null {
  try {
    return readFileSync(path.join(someDataFolder, 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5'));
  } catch {
    return null;
  }
}

describe('kill −9 during an export', () => {
  fault(
    'the process that writes the model dies',
    'kill −9 at random moments, while the model is downloaded',
    async () => {
      const services = openServices(folder);
      const id = await startScene(services, 'completes');
      await until(services, id, 'completed');
      const run = path.join(services.env.paths.results, id);
      const exporter = path.join(import.meta.dirname, 'fixtures', 'exporter.mjs');
      const kills = times(40, 4);
      let served = 0;
      let partialFiles = 0;
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, ['--import', 'tsx', exporter, path.join(run, 'cifar10.h5')], {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        const exited = once(child, 'exit');
        await once(child, 'message');
        setTimeout(() => child.kill('SIGKILL'), random.uniform(0, 200));
        let hasExited = false;
        void exited.then(() => {
          hasExited = true;
        });
        do {
          const download = await openDownload(services, id, 'cifar10.h5');
          if (!download) continue;
          expectComplete(await buffer(download.content));
          served++;
        } while (!hasExited);
        if (await openDownload(services, id, `cifar10.h5.${child.pid}.tmp`))
          throw new Error('A partial file was served.');
        partialFiles += Number(hasPartialFile(run, child.pid!));
      }
      return `${kills} kills, ${partialFiles} of them during a write; ${served} downloads, all complete`;
    },
  );
});

function hasPartialFile(run: string, pid: number): boolean {
  try {
    readFileSync(path.join(run, `cifar10.h5.${pid}.tmp`));
    return true;
  } catch {
    return false;
  }
}

/** The exporter writes files of this length in which all bytes are equal. */
function expectComplete(bytes: Buffer): void {
  expect(bytes.length).toBe(8 * 2 ** 20);
  expect(bytes.equals(Buffer.alloc(bytes.length, bytes[0]))).toBe(true);
}

describe('a cleared cache', () => {
  fault(
    'the cache is cleared while a run uses it',
    'its folder is removed after every event of a real run',
    async () => {
      const cache = path.join(folder, 'cache');
      const { events } = await spawnTrainer(
        'a',
        {
          ...someData,
          image_size: 96,
          n_unfreeze: 10,
          train_limit: 300,
          epochs_stage1: 2,
          epochs_stage2: 2,
          engine: 'cpu',
        },
        { data: someDataFolder, folder, onEvent: () => rmSync(cache, { recursive: true, force: true, maxRetries: 3 }) },
      );
      expect(events.at(-1)).toMatchObject({ type: 'completed' });
      return 'the run completes';
    },
  );
});
