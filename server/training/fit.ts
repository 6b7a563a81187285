import type { RunEventOf } from '@/lib/run/events.ts';
import type { EpochMetrics } from '@/lib/run/metrics.ts';
import { encodeWall } from '@/lib/run/wall.ts';
import type { Programs } from '@/server/model/engine/programs.ts';
import { NotFiniteError } from '@/server/model/errors.ts';
import { hiddenUnits, type Parameters, updateMovingAverages } from '@/server/model/network/head.ts';
import { gradientName, trainedShapes } from '@/server/model/network/model.ts';
import { Random } from '@/server/model/random.ts';
import { accuracy, smoothLabels } from '@/server/model/scores.ts';
import type { FitState } from './checkpoint/checkpoint.ts';
import type { EarlyStopping } from './optimizer/early-stopping.ts';
import type { Optimizer } from './optimizer/optimizer.ts';
import type { ReduceLrOnPlateau } from './optimizer/reduce-lr-on-plateau.ts';
import type { Reporter } from './telemetry/reporter.ts';

/** What one training step is fed with. */
export interface TrainingBatch {
  /** The frozen part's output, [count, …]. */
  frozen: Float32Array;
  /** [count, classes], mixed but not smoothed. */
  targets: Float32Array;
  count: number;
}

/** How an epoch did on the validation images, and what it took those of the wall for. */
export interface Validation {
  accuracy: number;
  loss: number;
  wall: Uint8Array;
}

export interface FitOptions {
  stage: 1 | 2;
  epochs: number;
  learningRate: number;
  optimizer: Optimizer;
  earlyStopping: EarlyStopping;
  reduceLrOnPlateau: ReduceLrOnPlateau;
  programs: Programs;
  /** Changed in place; at the end those of the best epoch. */
  parameters: Parameters;
  /** Batches of an epoch, counted from 1. */
  batches: (epoch: number) => AsyncIterable<TrainingBatch>;
  /** Training images in an epoch. */
  images: number;
  /** @param onBatch for validation that takes its time: to be called between its batches */
  validate: (onBatch: () => Promise<void>) => Promise<Validation>;
  seed: number;
  dropout: number;
  labelSmoothing: number;
  reporter: Reporter;
  /** Keeps where training stands, before the epoch is told. */
  keep: (state: FitState, epoch: RunEventOf<'epoch'>) => Promise<void>;
  /** Where an earlier process came to in this stage; training goes on from there as if it had never stopped. */
  resume: FitState | null;
  /** Someone wants more epochs than validation loss asked for: an early stop at or before this one does not count. */
  furtherFrom: number;
  /** Images and seconds of every step, for the estimate of the time left. */
  onStep: (images: number, seconds: number) => void;
}

/** Trains until the epochs are used up or validation loss stalls; then the best epoch's parameters are restored. */
export async function fit(options: FitOptions): Promise<void> {
  const { stage, epochs, parameters, optimizer, reporter, earlyStopping, reduceLrOnPlateau } = options;
  let learningRate = options.learningRate;
  let best = copyParameters(parameters);
  let epoch = 0;
  if (options.resume) {
    setParameters(parameters, options.resume.last);
    optimizer.restore(options.resume.optimizer);
    earlyStopping.restore(options.resume.earlyStopping);
    reduceLrOnPlateau.restore(options.resume.reduceLrOnPlateau);
    if (earlyStopping.stopped && options.resume.epoch <= options.furtherFrom) earlyStopping.goOn();
    ({ learningRate, best, epoch } = options.resume);
  }
  while (epoch < epochs && !earlyStopping.stopped) {
    epoch++;
    const started = performance.now();
    const training = await trainEpoch(options, epoch, learningRate);
    const trained = performance.now();
    const { images } = options;
    const imagesPerSecond = images / ((trained - started) / 1000);
    const validation = await options.validate(() =>
      reporter.progress({ done: images, total: images, epoch, epochs, imagesPerSecond }),
    );
    // Weights that give no number are none to go on from, nor to keep.
    if (!Number.isFinite(training.loss)) throw new NotFiniteError('the loss');
    if (!Number.isFinite(validation.loss)) throw new NotFiniteError('the validation loss');
    const metrics: EpochMetrics = {
      accuracy: training.accuracy,
      loss: training.loss,
      val_accuracy: validation.accuracy,
      val_loss: validation.loss,
      learning_rate: learningRate,
    };
    const seconds = (performance.now() - started) / 1000;
    await reporter.listen();
    if (earlyStopping.update(epoch, validation.loss)) best = copyParameters(parameters);
    learningRate = reduceLrOnPlateau.update(validation.loss, learningRate);
    const told: RunEventOf<'epoch'> = {
      type: 'epoch',
      at: Date.now(),
      stage,
      epoch,
      epochs,
      metrics,
      seconds,
      imagesPerSecond,
      wall: encodeWall(validation.wall),
    };
    const state: FitState = {
      stage,
      epoch,
      bestEpoch: earlyStopping.bestEpoch ?? epoch,
      learningRate,
      earlyStopping: earlyStopping.state(),
      reduceLrOnPlateau: reduceLrOnPlateau.state(),
      last: parameters,
      best,
      optimizer: optimizer.state(),
    };
    // First kept, then told: of an epoch that is known, the weights are there.
    await options.keep(state, told);
    await reporter.tell(told);
    reporter.throwIfCanceled();
  }
  setParameters(parameters, best);
  const bestEpoch = earlyStopping.bestEpoch ?? epoch;
  await reporter.tell({ type: 'stage-ended', stage, bestEpoch, stoppedEarly: earlyStopping.stopped });
}

const copyParameters = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, values.slice()]));

function setParameters(parameters: Parameters, values: Parameters): void {
  for (const [name, array] of values) parameters.get(name)!.set(array);
}

async function trainEpoch(options: FitOptions, epoch: number, learningRate: number) {
  const { programs, parameters, optimizer, images, reporter, stage } = options;
  const { classes } = programs.model;
  const trained = [...trainedShapes(programs.model).keys()];
  const inputs = Object.fromEntries(parameters);
  let [step, done, loss, right] = [0, 0, 0, 0];
  let started = performance.now();
  const epochStarted = started;
  for await (const { frozen, targets, count } of options.batches(epoch)) {
    const program = await programs.training(count);
    const random = new Random(options.seed, 'dropout', stage, epoch, step++);
    const results = await program.run({
      ...inputs,
      frozen,
      targets: smoothLabels(targets, classes, options.labelSmoothing),
      dropout_mask: dropoutMask(count, options.dropout, random),
    });
    const gradients = new Map(trained.map((name) => [name, results[gradientName(name)]!]));
    optimizer.step(parameters, gradients, learningRate);
    updateMovingAverages(parameters, results.mean!, results.variance!);
    loss += results.loss![0]! * count;
    right += accuracy(results.logits!, targets, classes) * count;
    done += count;
    const now = performance.now();
    options.onStep(count, (now - started) / 1000);
    started = now;
    const imagesPerSecond = done / ((now - epochStarted) / 1000);
    await reporter.progress({ done, total: images, epoch, epochs: options.epochs, imagesPerSecond });
  }
  return { loss: loss / done, accuracy: right / done };
}

/** [count, 128] of 0 and 1 / (1 − rate): inverted dropout (Srivastava et al., 2014). */
function dropoutMask(count: number, rate: number, random: Random): Float32Array {
  const mask = new Float32Array(count * hiddenUnits);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.next() < rate ? 0 : kept;
  return mask;
}
