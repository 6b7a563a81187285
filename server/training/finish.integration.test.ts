import type { ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import type { FinishScope, RunEvent } from '@/lib/run/events.ts';
import { resultsLogSchema } from '@/lib/run/results-log.ts';
import { fewImages, makeFewImages } from '@/server/model/dataset/few-images.test-helper.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { readStage1 } from './checkpoint/stage1-file.ts';
import { send, spawnTrainer } from './spawn-trainer.test-helper.ts';

// Real runs that the user ends early, in the built trainer.
const config: TrainConfigInput = {
  ...fewImages,
  n_unfreeze: 10,
  image_size: 96,
  train_limit: 200,
  batch_size: 32,
  epochs_stage1: 3,
  epochs_stage2: 3,
  lr_stage2: 1e-3,
  engine: 'cpu',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'finish-'));
  await makeFewImages(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const runFolder = (runId: string) => path.join(folder, 'results', runId);
const fileIn = (runId: string, name: string) => path.join(runFolder(runId), name);

const train = (
  runId: string,
  changes: TrainConfigInput,
  options: Partial<Parameters<typeof spawnTrainer>[2]> = {},
): ReturnType<typeof spawnTrainer> =>
  spawnTrainer(runId, { ...config, ...changes }, { data: path.join(folder, 'nothing'), folder, ...options });

/** Sends a request once, at the first event that matches. */
function requestAt(matches: (event: RunEvent) => boolean, scope: FinishScope) {
  let isSent = false;
  return (event: RunEvent, child: ChildProcess): void => {
    if (isSent || !matches(event)) return;
    isSent = true;
    send(child, { type: 'finish', scope });
  };
}
const isEpoch = (stage: number, epoch: number) => (event: RunEvent) =>
  event.type === 'epoch' && event.stage === stage && event.epoch === epoch;
const epochsOf = (events: RunEvent[]) =>
  events.flatMap((event) => (event.type === 'epoch' ? [`${event.stage}.${event.epoch}`] : []));
const typesOf = (events: RunEvent[]) => events.map(({ type }) => type);
const logOf = async (runId: string) =>
  resultsLogSchema.parse(JSON.parse(await readFile(path.join(folder, 'results', `run_${runId}.json`), 'utf8')));
const evaluatedOf = (events: RunEvent[]) => events.find((event) => event.type === 'evaluated')!;

it('keeps the head of stage 1 with its scores, and stage 2 does not change it', async () => {
  const { events } = await train('complete', { epochs_stage1: 2, epochs_stage2: 1 });
  const { metrics } = evaluatedOf(events);
  const { head, ...stage1 } = await readStage1(runFolder('complete'));
  const stageEnd = events.find((event) => event.type === 'stage-ended')!;
  expect(stage1).toEqual({
    scores: { val_stage1: metrics.val_stage1, test_stage1: metrics.test_stage1 },
    bestEpoch: stageEnd.bestEpoch,
    epochs: 2,
    finishedEarly: false,
  });
  expect([...head.keys()].sort()).toEqual([
    'dense/bias',
    'dense/kernel',
    'head_bn/beta',
    'head_bn/gamma',
    'head_bn/moving_mean',
    'head_bn/moving_variance',
    'logits/bias',
    'logits/kernel',
  ]);
  // The same stage 1 on its own ends with the same head.
  await train('head-only', { epochs_stage1: 2, epochs_stage2: 0 });
  const { best } = await readCheckpoint(runFolder('head-only'));
  expect(head).toEqual(best);
  expect(await readFile(fileIn('head-only', 'stage1.safetensors'))).toEqual(
    await readFile(fileIn('complete', 'stage1.safetensors')),
  );
}, 300_000);

it('keeps the head of stage 1 of a run that resumes in stage 2', async () => {
  const cancelInStage2 = (event: RunEvent, child: ChildProcess) => {
    if (isEpoch(2, 1)(event)) send(child, { type: 'cancel' });
  };
  const changes = { epochs_stage1: 1, epochs_stage2: 1000 };
  await train('resumed', changes, { onEvent: cancelInStage2 });
  const before = await readFile(fileIn('resumed', 'stage1.safetensors'));
  const onEvent = requestAt((event) => event.type === 'epoch', 'training');
  const { events } = await train('resumed', changes, { resume: { furtherFrom: 0 }, onEvent });
  expect(typesOf(events)).toContain('evaluated');
  expect(await readFile(fileIn('resumed', 'stage1.safetensors'))).toEqual(before);
}, 300_000);

it('writes the head of stage 1 at the end if it could not be written before', async () => {
  const file = fileIn('unwritable', 'stage1.safetensors');
  // A folder with content cannot be replaced by a file.
  await mkdir(path.join(file, 'blocked'), { recursive: true });
  const onEvent = (event: RunEvent) => {
    if (isEpoch(2, 1)(event)) rmSync(file, { recursive: true });
  };
  const { events } = await train('unwritable', { epochs_stage1: 2, epochs_stage2: 2 }, { onEvent });
  expect(events.at(-1)?.type).toBe('completed');
  expect(await readFile(file)).toEqual(await readFile(fileIn('complete', 'stage1.safetensors')));
}, 300_000);

it('evaluates and exports the best epoch so far when training is to end in stage 2', async () => {
  const onEvent = requestAt(isEpoch(2, 2), 'training');
  const { events, code } = await train('stage2', { epochs_stage2: 1000 }, { onEvent });
  expect([events.at(-1)?.type, code]).toEqual(['completed', 0]);
  const epochs = epochsOf(events).filter((epoch) => epoch.startsWith('2.'));
  expect(epochs.length).toBeLessThan(4);
  const stageEnd = events.filter((event) => event.type === 'stage-ended').at(-1)!;
  expect(stageEnd).toMatchObject({ stage: 2, stoppedEarly: false, finishedEarly: true });
  expect(typesOf(events).filter((type) => ['finished-early', 'evaluated', 'completed'].includes(type))).toEqual([
    'finished-early',
    'evaluated',
    'completed',
  ]);
  const log = await logOf('stage2');
  expect(log.finished_early).toBe(true);
  expect(log.curves.stage2.val_loss).toHaveLength(epochs.length);
  const best = events.find((event) => event.type === 'epoch' && isEpoch(2, stageEnd.bestEpoch)(event));
  const { val_end2end } = evaluatedOf(events).metrics;
  expect(best).toMatchObject({ metrics: { val_accuracy: expect.closeTo(val_end2end!, 2) } });
  for (const file of ['cifar10.h5', 'cifar10.onnx', 'tfjs.zip', 'predictions.bin', 'checkpoint.safetensors']) {
    expect(existsSync(fileIn('stage2', file)), file).toBe(true);
  }
}, 300_000);

it('skips stage 2 when training is to end in stage 1, and can be trained further later', async () => {
  const changes = { epochs_stage1: 1000, epochs_stage2: 2 };
  const onEvent = requestAt(isEpoch(1, 2), 'training');
  const { events } = await train('stage1', changes, { onEvent });
  expect(events.at(-1)?.type).toBe('completed');
  expect(epochsOf(events).every((epoch) => epoch.startsWith('1.'))).toBe(true);
  expect(events.some((event) => event.type === 'phase' && event.phase === 'finetune')).toBe(false);
  const { metrics } = evaluatedOf(events);
  expect([metrics.val_end2end, metrics.test_end2end]).toEqual([metrics.val_stage1, metrics.test_stage1]);

  const further = await train('stage1', changes, { resume: { furtherFrom: 0 } });
  expect(epochsOf(further.events)).toEqual(['2.1', '2.2']);
  expect(further.events.at(-1)?.type).toBe('completed');
  expect(evaluatedOf(further.events).metrics).toMatchObject({
    val_stage1: metrics.val_stage1,
    test_stage1: metrics.test_stage1,
  });
  expect((await logOf('stage1')).finished_early).toBeUndefined();
}, 300_000);

it('ends only stage 1 when stage 2 is to begin, also if it is interrupted in between', async () => {
  const changes = { epochs_stage1: 1000, epochs_stage2: 1 };
  const request = requestAt(isEpoch(1, 1), 'stage1');
  const onEvent = (event: RunEvent, child: ChildProcess) => {
    request(event, child);
    if (event.type === 'phase' && event.phase === 'finetune') child.kill('SIGKILL');
  };
  const killed = await train('skipped', changes, { onEvent });
  expect(killed.events.some(isEpoch(2, 1))).toBe(false);
  const { events } = await train('skipped', changes, { resume: { furtherFrom: 0 }, attempt: 1 });
  expect(epochsOf(events)).toEqual(['2.1']);
  expect(events.at(-1)?.type).toBe('completed');
  expect(events.filter((event) => event.type === 'stage-ended')[0]).toMatchObject({ stage: 1, finishedEarly: true });
  expect(typesOf(events)).not.toContain('finished-early');
  expect((await logOf('skipped')).finished_early).toBeUndefined();
}, 300_000);

it('evaluates a canceled run without further training', async () => {
  const cancelAt = (event: RunEvent, child: ChildProcess) => {
    if (isEpoch(2, 2)(event)) send(child, { type: 'cancel' });
  };
  const changes = { epochs_stage2: 1000 };
  const canceled = await train('canceled', changes, { onEvent: cancelAt });
  expect(canceled.events.at(-1)?.type).toBe('canceled');
  const { events } = await train('canceled', changes, { resume: { furtherFrom: 0 }, finish: true });
  expect(epochsOf(events)).toEqual([]);
  expect(typesOf(events)).toEqual(expect.arrayContaining(['finished-early', 'evaluated', 'completed']));
  const log = await logOf('canceled');
  expect(log.finished_early).toBe(true);
  expect(log.curves.stage2.val_loss).toHaveLength(2);
}, 300_000);
