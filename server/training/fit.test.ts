import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { backbones } from '@/lib/network/backbones.ts';
import { featureCount } from '@/lib/network/mobilenet-v2.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { Canceled } from '@/server/model/errors.ts';
import { createHead, type Parameters } from '@/server/model/network/head.ts';
import { Random } from '@/server/model/random.ts';
import { oneHot } from '@/server/model/scores.ts';
import type { FitState } from './checkpoint/checkpoint.ts';
import { FinishRequest } from './finish-request.ts';
import { type FitOptions, type FitResult, fit, type TrainingBatch } from './fit.ts';
import { EarlyStopping } from './optimizer/early-stopping.ts';
import { createOptimizer } from './optimizer/optimizer.ts';
import { ReduceLrOnPlateau } from './optimizer/reduce-lr-on-plateau.ts';
import { Reporter } from './telemetry/reporter.ts';

// A real head for two classes on a real engine, with synthetic features and scripted validation losses.
const classes = 2;
const [images, batchSize] = [12, 8];
const model = { network: backbones.sketch.network, imageSize: 96, nUnfreeze: 0, classes };
// The head's graphs contain no weights of the base.
const programs = new Programs(createOnnxRuntimeEngine(1), new Map(), model);
afterAll(() => programs.release());

const features = Float32Array.from({ length: images * featureCount }, (_, at) => Math.abs(Math.sin(at * 0.37)));
const labels = Uint8Array.from({ length: images }, (_, image) => image % classes);

async function* batches(epoch: number): AsyncGenerator<TrainingBatch> {
  const order = new Random(1, 'order', epoch).permutation(images);
  for (let at = 0; at < images; at += batchSize) {
    const chosen = order.subarray(at, at + batchSize);
    const rows = [...chosen].flatMap((row) => [...features.subarray(row * featureCount, (row + 1) * featureCount)]);
    const targets = oneHot(
      Uint8Array.from(chosen, (row) => labels[row]!),
      classes,
    );
    yield { frozen: Float32Array.from(rows), targets, count: chosen.length };
  }
}

const copyOf = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, values.slice()]));

/** A hash of each tensor: as strict as comparing every number, and faster. */
const bitsOf = (tensors: Parameters): Record<string, string> =>
  Object.fromEntries(
    [...tensors].map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      createHash('sha256')
        .update(new Uint8Array(buffer, byteOffset, byteLength))
        .digest('hex'),
    ]),
  );
const bitsOfState = ({ last, best, optimizer, ...rest }: FitState) => ({
  ...rest,
  steps: optimizer.steps,
  tensors: [last, best, optimizer.slots].map(bitsOf),
});

/** Results of a training: events, final parameters, and the checkpoint after each epoch. */
interface Outcome {
  result: FitResult;
  epochs: RunEventOf<'epoch'>[];
  stageEnd: RunEventOf<'stage-ended'> | undefined;
  states: FitState[];
  parameters: Parameters;
}

let controller: AbortController;
beforeEach(() => {
  controller = new AbortController();
});

async function train(losses: readonly number[], options: Partial<FitOptions> = {}): Promise<Outcome> {
  const events: RunEvent[] = [];
  const states: FitState[] = [];
  const parameters = createHead(classes, new Random(7, 'head'));
  let epoch = options.resumeFrom?.epoch ?? 0;
  const reporter = new Reporter((event) => void events.push(event), controller.signal, { seconds: () => null });
  const result = await fit({
    stage: 1,
    epochs: losses.length,
    learningRate: 0.01,
    optimizer: createOptimizer('adamw', { weightDecay: 1e-4 }),
    earlyStopping: new EarlyStopping({ patience: 2 }),
    reduceLrOnPlateau: new ReduceLrOnPlateau({ factor: 0.5, patience: 1 }),
    programs,
    parameters,
    batches,
    images,
    validate: async () => ({ accuracy: 0.5, loss: losses[epoch++]!, samplePredictions: Uint8Array.of(0, 1) }),
    seed: 3,
    dropout: 0.4,
    labelSmoothing: 0.05,
    reporter,
    finish: new FinishRequest(),
    saveCheckpoint: async (state) => {
      const { last, best, optimizer } = state;
      const slots = copyOf(optimizer.slots);
      states.push({ ...state, last: copyOf(last), best: copyOf(best), optimizer: { ...optimizer, slots } });
    },
    resumeFrom: null,
    extendFromEpoch: 0,
    onStep: () => {},
    ...options,
  });
  return {
    result,
    epochs: events.filter((event) => event.type === 'epoch'),
    stageEnd: events.find((event) => event.type === 'stage-ended'),
    states,
    parameters,
  };
}

describe('fit', () => {
  it('runs every epoch while validation loss decreases', async () => {
    const { epochs, stageEnd, states } = await train([0.9, 0.8, 0.7]);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(stageEnd).toMatchObject({ bestEpoch: 3, stoppedEarly: false });
    expect(epochs.at(-1)!.metrics.loss).toBeLessThan(epochs[0]!.metrics.loss!);
    // Twelve images in batches of eight: two steps per epoch.
    expect(states.map(({ optimizer }) => optimizer.steps)).toEqual([2, 4, 6]);
  });

  it('stops early and restores the best epoch, including moving averages', async () => {
    const { epochs, stageEnd, states, parameters } = await train([0.9, 0.5, 0.6, 0.7, 0.1]);
    expect(epochs).toHaveLength(4);
    expect(stageEnd).toMatchObject({ bestEpoch: 2, stoppedEarly: true });
    expect(bitsOf(parameters)).toEqual(bitsOf(states[1]!.last));
    expect(bitsOf(states[3]!.best)).toEqual(bitsOf(states[1]!.last));
    const average = 'head_bn/moving_mean';
    expect(bitsOf(parameters)[average]).not.toBe(bitsOf(states[3]!.last)[average]);
  });

  it('restores the best epoch even if all epochs ran', async () => {
    const { stageEnd, states, parameters } = await train([0.9, 0.5, 0.6]);
    expect(stageEnd).toMatchObject({ bestEpoch: 2, stoppedEarly: false });
    expect(bitsOf(parameters)).toEqual(bitsOf(states[1]!.last));
  });

  it('reports the learning rate of each epoch, and lowers the next one if the loss stalls', async () => {
    const { epochs, states } = await train([0.9, 0.95, 0.8, 0.81, 0.7]);
    expect(epochs.map(({ metrics }) => metrics.learning_rate)).toEqual([0.01, 0.01, 0.005, 0.005, 0.0025]);
    expect(states.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.005, 0.005, 0.0025, 0.0025]);
  });

  it('saves each checkpoint before the epoch is reported', async () => {
    const saved: number[] = [];
    const reported: [event: number, saved: number][] = [];
    const emit = (event: RunEvent) => {
      if (event.type === 'epoch') reported.push([event.epoch, saved.length]);
    };
    const reporter = new Reporter(emit, controller.signal, { seconds: () => null });
    await train([0.9, 0.8], { reporter, saveCheckpoint: async ({ epoch }) => void saved.push(epoch) });
    expect(reported).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('derives dropout masks from the seed, the stage and the epoch', async () => {
    const losses = [0.9, 0.8];
    const bitsWith = async (options: Partial<FitOptions>) => bitsOf((await train(losses, options)).parameters);
    const first = await bitsWith({});
    expect(await bitsWith({})).toEqual(first);
    for (const options of [{ seed: 4 }, { stage: 2 as const }, { dropout: 0 }]) {
      expect((await bitsWith(options))['dense/kernel']).not.toBe(first['dense/kernel']);
    }
    // Without dropout, nothing here is random.
    expect(await bitsWith({ dropout: 0, seed: 4 })).toEqual(await bitsWith({ dropout: 0 }));
  });
});

describe('fit when resuming', () => {
  const losses = [0.9, 0.5, 0.6, 0.55, 0.4];

  it.each([1, 2, 3])('yields bit-identical results when resumed after epoch %i', async (epoch) => {
    const patient = () => new EarlyStopping({ patience: 4 });
    const uninterrupted = await train(losses, { earlyStopping: patient() });
    const rest = await train(losses, { earlyStopping: patient(), resumeFrom: uninterrupted.states[epoch - 1]! });
    const metricsOf = ({ epochs }: Outcome) => epochs.map(({ metrics }) => metrics);
    expect(metricsOf(rest)).toEqual(metricsOf(uninterrupted).slice(epoch));
    expect(rest.states.map(bitsOfState)).toEqual(uninterrupted.states.slice(epoch).map(bitsOfState));
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(uninterrupted.parameters));
  });

  it('trains nothing after an early stop, and restores its best epoch', async () => {
    const stopped = await train([0.9, 0.5, 0.6, 0.7, 0.1]);
    const resumed = await train([0.9, 0.5, 0.6, 0.7, 0.1], { resumeFrom: stopped.states.at(-1)! });
    expect(resumed.epochs).toEqual([]);
    expect(resumed.stageEnd).toMatchObject({ bestEpoch: 2, stoppedEarly: true });
    expect(bitsOf(resumed.parameters)).toEqual(bitsOf(stopped.parameters));
  });

  it('continues after an early stop if more epochs were requested', async () => {
    const long = [0.9, 0.5, 0.6, 0.7, 0.1];
    const stopped = await train(long);
    const extended = await train(long, { resumeFrom: stopped.states.at(-1)!, extendFromEpoch: 4 });
    expect(extended.epochs.map(({ epoch }) => epoch)).toEqual([5]);
    expect(extended.stageEnd).toMatchObject({ bestEpoch: 5, stoppedEarly: false });
  });
});

describe('fit when the user ends training', () => {
  const losses = [0.9, 0.5, 0.6, 0.55];

  it('discards the incomplete epoch and restores the best complete one', async () => {
    const finish = new FinishRequest();
    let steps = 0;
    const onStep = () => {
      if (++steps === 7) finish.request('training');
    };
    const { result, epochs, stageEnd, states, parameters } = await train(losses, { finish, onStep });
    expect(steps).toBe(7);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(result).toEqual({ epochs: 3, bestEpoch: 2, finishedEarly: true });
    expect(stageEnd).toMatchObject({ bestEpoch: 2, stoppedEarly: false, finishedEarly: true });
    expect(bitsOf(parameters)).toEqual(bitsOf(states[1]!.last));
  });

  it('completes the first epoch of stage 1 before it ends, but trains no epoch of stage 2', async () => {
    const finish = new FinishRequest();
    finish.request('training');
    const stage1 = await train(losses, { finish });
    expect([stage1.result, stage1.epochs.length]).toEqual([{ epochs: 1, bestEpoch: 1, finishedEarly: true }, 1]);
    const stage2 = await train(losses, { finish, stage: 2 });
    expect([stage2.result.epochs, stage2.result.finishedEarly, stage2.stageEnd]).toEqual([0, true, undefined]);
    expect(bitsOf(stage2.parameters)).toEqual(bitsOf(createHead(classes, new Random(7, 'head'))));
  });

  it('does not end stage 2 if only stage 1 was to end', async () => {
    const finish = new FinishRequest();
    finish.request('stage1');
    expect((await train(losses, { finish })).epochs).toHaveLength(1);
    const { epochs, result, stageEnd } = await train(losses, { finish, stage: 2 });
    expect([epochs.length, result.finishedEarly, stageEnd?.finishedEarly]).toEqual([4, false, undefined]);
  });

  it('has not ended early if the request comes in the last step of the last epoch', async () => {
    const finish = new FinishRequest();
    let steps = 0;
    const onStep = () => {
      if (++steps === 8) finish.request('training');
    };
    const { result } = await train(losses, { finish, onStep });
    expect(result).toMatchObject({ epochs: 4, finishedEarly: false });
  });
});

describe('fit when it cannot continue', () => {
  it('fails if the validation loss is not finite, and does not save that epoch', async () => {
    const saved: number[] = [];
    const saveCheckpoint = async ({ epoch }: FitState) => void saved.push(epoch);
    await expect(train([0.9, Number.NaN, 0.8], { saveCheckpoint })).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(/the validation loss is no longer finite.*lower learning rate/),
    });
    expect(saved).toEqual([1]);
  });

  it('fails if the updates diverge', async () => {
    const diverging = train([0.9, 0.8, 0.7], {
      optimizer: createOptimizer('sgd', { weightDecay: 0 }),
      learningRate: 1e38,
    });
    await expect(diverging).rejects.toMatchObject({ code: 'not-finite' });
  });

  it('stops between two steps when canceled', async () => {
    let steps = 0;
    const onStep = () => {
      if (++steps === 3) controller.abort();
    };
    await expect(train([0.9, 0.8, 0.7], { onStep })).rejects.toThrow(Canceled);
    expect(steps).toBe(3);
  });
});
