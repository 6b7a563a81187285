import type { EpochMetrics } from '../../lib/metrics.ts';
import { encodeWall } from '../../lib/wall.ts';
import type { EarlyStopping } from './callbacks/early-stopping.ts';
import type { ReduceLrOnPlateau } from './callbacks/reduce-lr-on-plateau.ts';
import type { Checkpoint } from './checkpoint.ts';
import { hiddenUnits, type Parameters, updateMovingAverages } from './network/head.ts';
import { gradientName, trainedShapes } from './network/model.ts';
import type { Optimizer } from './optimizer.ts';
import type { Programs } from './programs.ts';
import { Random } from './random.ts';
import type { Reporter } from './reporter.ts';
import { accuracy, smoothLabels } from './scores.ts';

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
  /** Keeps what a canceled run leaves, before each epoch is told. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
  /** Images and seconds of every step, for the estimate of the time left. */
  onStep: (images: number, seconds: number) => void;
}

/** Trains until the epochs are used up or validation loss stalls; then the best epoch's parameters are restored. */
export async function fit(options: FitOptions): Promise<void> {
  const { stage, epochs, parameters, reporter, earlyStopping, reduceLrOnPlateau } = options;
  let learningRate = options.learningRate;
  let best = copyParameters(parameters);
  let epoch = 0;
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
    const metrics: EpochMetrics = {
      accuracy: finite(training.accuracy),
      loss: finite(training.loss),
      val_accuracy: finite(validation.accuracy),
      val_loss: finite(validation.loss),
      learning_rate: learningRate,
    };
    const seconds = (performance.now() - started) / 1000;
    await reporter.listen();
    if (earlyStopping.update(epoch, validation.loss)) best = copyParameters(parameters);
    learningRate = reduceLrOnPlateau.update(validation.loss, learningRate);
    // First kept, then told: of an epoch that is known, the weights are there.
    await options.keep({ stage, epoch, bestEpoch: earlyStopping.bestEpoch ?? epoch, last: parameters, best });
    const wall = encodeWall(validation.wall);
    await reporter.tell({ type: 'epoch', stage, epoch, epochs, metrics, seconds, imagesPerSecond, wall });
    reporter.throwIfCanceled();
  }
  for (const [name, values] of best) parameters.get(name)!.set(values);
  const bestEpoch = earlyStopping.bestEpoch ?? epoch;
  await reporter.tell({ type: 'stage-ended', stage, bestEpoch, stoppedEarly: earlyStopping.stopped });
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const copyParameters = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, values.slice()]));

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
