import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { runEventSchema } from '@/lib/run/events.ts';
import { decodePredictions, type Predictions } from '@/lib/run/predictions.ts';
import { resultsLogSchema } from '@/lib/run/results-log.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import { kerasImage, predict, readKerasFile } from '@/server/model/export/interpret-keras.test-helper.ts';
import {
  loadSomeData,
  loadSomeWeights,
  someData,
  someDataFolder,
  someNetwork,
} from '@/server/model/network/real-data.test-helper.ts';
import { projectRoot } from '@/tools/testing/paths.ts';

// Each test starts processes, whose duration is not under test.
vi.setConfig({ testTimeout: 180_000 });

const project = projectRoot;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface ExitResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command as npm does: in the project's folder, called from `folder`. */
function train(args: string[], { data, onLine }: { data?: string; onLine?: (line: string, pid: number) => void } = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join('server', 'training', 'cli.ts'), ...args], {
    cwd: project,
    env: {
      ...process.env,
      INIT_CWD: folder,
      RESULTS_DIR: path.join(folder, 'results'),
      CACHE_DIR: path.join(folder, 'cache'),
      DATA_DIR: data ?? path.join(folder, 'nothing'),
    },
  });
  return new Promise<ExitResult>((resolve) => {
    const result: ExitResult = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => {
      result.stdout += data;
      onLine?.(String(data), child.pid!);
    });
    child.stderr.on('data', (data: Buffer) => {
      result.stderr += data;
    });
    child.on('close', (code) => resolve({ ...result, code }));
  });
}

/** The only run in the results folder: its id, and the lines of its journal. */
async function readJournal() {
  const entries = await readdir(path.join(folder, 'results'), { withFileTypes: true });
  const [runId] = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const text = await readFile(path.join(folder, 'results', runId!, 'events.ndjson'), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const [head, ...events] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { runId: runId!, head, events: events.map((event) => runEventSchema.parse(event)) };
}

const tiny = [
  '--dataset',
  someData.dataset,
  '--backbone',
  someData.backbone,
  '--train_limit',
  '450',
  '--image_size',
  '96',
  '--epochs_stage1',
  '2',
  '--batch_size',
  '32',
];

describe('npm run train', () => {
  it('lists its flags', async () => {
    const { code, stdout } = await train(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--n_unfreeze');
  });

  it('exits 2 and names an invalid flag or value, before anything is written', async () => {
    const { code, stderr } = await train(['--n_unfreez', '30', '--zoom', '7']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean --n_unfreeze?');
    expect(stderr).toContain('--zoom 7: must be 0.9 or less');
    expect((await train(['--json_output_path', `${folder}/`])).stderr).toContain('is a folder');
    expect(await readdir(folder)).toEqual([]);
  });

  it('exits 2 if a batch, a data set or a log cannot be used, before anything is written', async () => {
    await writeFile(path.join(folder, 'd.json'), '{}');
    const refused = async (...args: string[]) => {
      const { code, stderr } = await train(args);
      expect(code, stderr).toBe(2);
      return stderr;
    };
    expect(await refused('--dataset', 'sketch10', '--train_limit', '100', '--augment')).toMatch(
      /^--batch_size 128: must be 100 or less: there are only 100 training images/,
    );
    expect(await refused('--dataset', 'nowhere')).toMatch(/^--dataset nowhere: There is no folder /);
    expect(await refused('--json_output_path', 'd.json/y.json')).toContain(
      `--json_output_path d.json/y.json: must not be inside a file, ${path.join(folder, 'd.json')}`,
    );
    expect(await refused('--json_output_path', `${'a'.repeat(300)}.json`)).toContain('has a name of 305 bytes');
    expect(await readdir(folder)).toEqual(['d.json']);
  });

  it('exits 1 if the data is missing, says where to get it, and records the failed run', async () => {
    const { code, stdout } = await train([]);
    expect(code).toBe(1);
    expect(stdout).toContain('https://');
    const { runId, head, events } = await readJournal();
    expect(head).toMatchObject({ runId, config: { n_unfreeze: 0 } });
    expect(events.at(-1)).toMatchObject({ type: 'failed' });
  });

  it('trains, and writes model, log, predictions and journal', async () => {
    const args = [...tiny, '--epochs_stage2', '1', '--n_unfreeze', '30', '--json_output_path', 'logs/mine.json'];
    const { code, stdout, stderr } = await train(args, { data: someDataFolder });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Head training epoch 2\/2 .* val_accuracy 0\.\d{4}/m);

    const { runId, events } = await readJournal();
    expect(events.filter((event) => event.type === 'epoch')).toHaveLength(3);
    expect(events.at(-1)?.type).toBe('completed');
    const log = await readFile(path.join(folder, 'logs', 'mine.json'), 'utf8');
    expect(log).toBe(await readFile(path.join(folder, 'results', `run_${runId}.json`), 'utf8'));
    const { metrics, curves, images } = resultsLogSchema.parse(JSON.parse(log));
    expect([curves.stage1.loss.length, curves.stage2.loss.length]).toEqual([2, 1]);

    const model = await readFile(path.join(folder, 'cifar10.h5'));
    expect(model.equals(await readFile(path.join(folder, 'results', runId, 'cifar10.h5')))).toBe(true);
    const predictions = decodePredictions(await readFile(path.join(folder, 'results', runId, 'predictions.bin')));
    expect(predictions.images).toBe(images.test);
    expect(metrics.test_end2end).toBeGreaterThan(0.1);
    await expectFineTuned(path.join(folder, 'cifar10.h5'), predictions);
  });

  /** All kernels that N = 30 trains moved, nothing else of the base did, and the file predicts what the trainer did. */
  async function expectFineTuned(file: string, { probabilities, images, classes }: Predictions) {
    const keras = await readKerasFile(file);
    const exported = new Map(
      [...keras.weights.values()].flat().map(({ name, data }) => [name.replace(':0', ''), data]),
    );
    const imageNet = await loadSomeWeights(96);
    const isSame = (name: string, data: Float32Array) =>
      Buffer.from(data.buffer).equals(Buffer.from(exported.get(name)!.buffer));
    const changed = [...imageNet].filter(([name, { data }]) => !isSame(name, data)).map(([name]) => name);
    expect(changed).toEqual(trainedConvolutions(someNetwork, 30).map(kernelName));

    const dataset = await loadSomeData();
    const { test } = splitImages(dataset, 450);
    expect(test).toHaveLength(images);
    const differences = Array.from(test.subarray(0, 20), (image, index) => {
      const pixels = dataset.test.pixels.subarray(image * imageBytes, (image + 1) * imageBytes);
      const ofFile = predict(keras, kerasImage(pixels));
      return Math.max(...ofFile.map((value, c) => Math.abs(value - probabilities.plain[index * classes + c]!)));
    });
    // The trainer's predictions are rounded to float16.
    expect(Math.max(...differences)).toBeLessThan(1e-4 + 2 ** -12);
  }

  it('writes the run’s log to --json_output_path if that is in the results folder, and cancels on Ctrl-C', async () => {
    const json = path.join('results', 'run_mine.json');
    let sent = false;
    const onLine = (line: string, pid: number) => {
      if (sent || !line.includes('Fine-tuning')) return;
      sent = true;
      process.kill(pid, 'SIGINT');
    };
    const args = [...tiny, '--n_unfreeze', '30', '--epochs_stage2', '500', '--json_output_path', json];
    const canceled = await train(args, { data: someDataFolder, onLine });
    expect(canceled.code).toBe(130);
    expect((await readJournal()).events.at(-1)?.type).toBe('canceled');
    expect(await readdir(folder)).not.toContain('cifar10.h5');
    await rm(path.join(folder, 'results'), { recursive: true });

    expect(
      (await train([...tiny, '--epochs_stage2', '0', '--json_output_path', json], { data: someDataFolder })).code,
    ).toBe(0);
    const { runId, head } = await readJournal();
    expect(head.logFile).toBe(path.join(folder, json));
    expect((await readdir(path.join(folder, 'results'))).sort()).toEqual([runId, 'run_mine.json']);
  });
});
