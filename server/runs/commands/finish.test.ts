import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { isFinishedEarly } from '@/lib/run/reduce-run.ts';
import type { Context } from '@/server/context.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { closeServices, openServices } from '@/server/services.test-helper.ts';
import { cancelRun } from './cancel.ts';
import { evaluateRun, finishRun } from './finish.ts';

const fileIn = ({ env }: Context, id: string, name: string) => path.join(env.paths.results, id, name);
const typesOf = async (services: Context, id: string) =>
  (await readRun(services, id)).events.map(({ event }) => event.type);
const untilFinishing = (services: Context, id: string) =>
  vi.waitFor(async () => expect(await typesOf(services, id)).toContain('finished-early'), 90_000);
/** The scopes that the trainers received, in order. */
const scopesOf = async (services: Context, id: string) =>
  (await readRun(services, id)).logTail.filter((line) => line.startsWith('scope'));

describe('finishing a run that is training', () => {
  it('completes it, marked as finished early, and refuses a second request that comes too late', async () => {
    const services = openServices();
    const id = await startScene(services, 'finishes early');
    await untilTraining(services, id);
    finishRun(services, id, 'training');
    await untilFinishing(services, id);
    await vi.waitFor(() => expect(() => finishRun(services, id, 'training')).toThrow('Training is over'), 90_000);
    writeFileSync(fileIn(services, id, 'go'), '');
    await until(services, id, 'completed');
    expect(await typesOf(services, id)).toEqual([
      'started',
      'phase',
      'epoch',
      'finish-requested',
      'finished-early',
      'phase',
      'completed',
    ]);
    expect(isFinishedEarly(await readRun(services, id))).toBe(true);
    expect(() => finishRun(services, id, 'training')).toThrow('This run is completed, not running.');
  });

  it('still finishes it if the server stops meanwhile', async () => {
    const first = openServices();
    const id = await startScene(first, 'finishes early');
    await untilTraining(first, id);
    finishRun(first, id, 'training');
    await untilFinishing(first, id);
    await closeServices(first);

    const second = openServices(path.dirname(first.env.paths.results));
    second.queue.wake();
    writeFileSync(fileIn(second, id, 'go'), '');
    await until(second, id, 'completed');
    expect(await scopesOf(second, id)).toEqual(['scope training', 'scope at start']);
  });

  it('passes on which training to end', async () => {
    const services = openServices();
    const id = await startScene(services, 'finishes early');
    await untilTraining(services, id);
    finishRun(services, id, 'stage1');
    writeFileSync(fileIn(services, id, 'go'), '');
    await until(services, id, 'completed');
    expect(await scopesOf(services, id)).toEqual(['scope stage1']);
  });

  it('is refused for a run that waits in the queue', async () => {
    const services = openServices();
    await startScene(services, 'waits');
    const id = await startScene(services, 'completes');
    expect(() => finishRun(services, id, 'training')).toThrow('This run is queued, not running.');
  });
});

describe('evaluating a canceled run', () => {
  it('finishes it without further training', async () => {
    const services = openServices();
    const id = await startScene(services, 'finishes early');
    await untilTraining(services, id);
    await expect(evaluateRun(services, id)).rejects.toThrow('This run is running.');
    cancelRun(services, id);
    await expect(evaluateRun(services, id)).rejects.toThrow('no complete epoch');
    writeFileSync(fileIn(services, id, 'checkpoint.safetensors'), '');
    writeFileSync(fileIn(services, id, 'go'), '');
    await evaluateRun(services, id);
    await until(services, id, 'completed');
    expect(await scopesOf(services, id)).toEqual(['scope canceled', 'scope at start']);
    expect(isFinishedEarly(await readRun(services, id))).toBe(true);
  });
});
