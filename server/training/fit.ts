import type { RunEventOf } from '@/lib/run/events.ts';
import type { EpochMetrics } from '@/lib/run/metrics.ts';
import { encodeSamplePredictions } from '@/lib/run/sample-predictions.ts';
import type { Programs } from '@/server/model/engine/programs.ts';
import { hiddenUnits, type Parameters, updateMovingAverages } from '@/server/model/network/head.ts';
import { gradientName, trainedShapes } from '@/server/model/network/model.ts';
import { Random } from '@/server/model/random.ts';
import { accuracy, smoothLabels } from '@/server/model/scores.ts';
import type { FitState } from './checkpoint/checkpoint.ts';
import type { FinishRequest } from './finish-request.ts';
import { NotFiniteError } from './not-finite-error.ts';
import type { EarlyStopping } from './optimizer/early-stopping.ts';
import type { Optimizer } from './optimizer/optimizer.ts';
import type { ReduceLrOnPlateau } from './optimizer/reduce-lr-on-plateau.ts';
import type { Reporter } from './telemetry/reporter.ts';

/** The input of one training step. */
export interface TrainingBatch {
  /** Features, or the output of the frozen part: [count, …]. */
  frozen: Float32Array;
  /** [count, classes], after mixup, before label smoothing. */
  targets: Float32Array;
  count: number;
}

/** An epoch's results on the validation images. */
export interface Validation {
  accuracy: number;
  loss: number;
  /** The predicted class of each sample image. */
  samplePredictions: Uint8Array;
}

export interface FitOptions {
  stage: 1 | 2;
  epochs: number;
  learningRate: number;
  optimizer: Optimizer;
  earlyStopping: EarlyStopping;
  reduceLrOnPlateau: ReduceLrOnPlateau;
  programs: Programs;
  /** Updated in place; at the end, the weights of the best epoch. */
  parameters: Parameters;
  /** @param epoch from 1 */
  batches: (epoch: number) => AsyncIterable<TrainingBatch>;
  /** Training images in an epoch. */
  images: number;
  /** @param onBatch to be called between batches if validation is slow */
  validate: (onBatch: () => Promise<void>) => Promise<Validation>;
  seed: number;
  dropout: number;
  labelSmoothing: number;
  reporter: Reporter;
  finish: FinishRequest;
  /** Called after each epoch, before its event is emitted. */
  saveCheckpoint: (state: FitState, epoch: RunEventOf<'epoch'>) => Promise<void>;
  /** State after the last epoch of an earlier process in this stage; training continues as if it had never stopped. */
  resumeFrom: FitState | null;
  /** An early stop at or before this epoch is ignored, because more epochs were requested. */
  extendFromEpoch: number;
  /** Receives the images and seconds of every step, for the estimate of the time left. */
  onStep: (images: number, seconds: number) => void;
}

/** How a stage ended. Epochs count from 1; both are 0 if stage 2 ended before its first epoch. */
export interface FitResult {
  epochs: number;
  bestEpoch: number;
  /** Whether the user ended the stage before its last epoch. */
  finishedEarly: boolean;
}

/**
 * Trains until all epochs have run, validation loss stalls or the user ends the stage, then restores the parameters of the
 * best epoch. Stage 1 trains at least one epoch, because an untrained head is useless.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { stage, epochs, parameters, optimizer, reporter, earlyStopping, reduceLrOnPlateau } = options;
  let { learningRate, best, epoch } = startOf(options);
  let finishedEarly = false;
  const mustEnd = () => options.finish.ends(stage) && (stage === 2 || epoch > 0);
  while (epoch < epochs && !earlyStopping.stopped) {
    const started = performance.now();
    const training = mustEnd() ? null : await trainEpoch(options, epoch + 1, learningRate, mustEnd);
    if (!training) {
      finishedEarly = true;
      break;
    }
    epoch++;
    const trained = performance.now();
    const { images } = options;
    const imagesPerSecond = images / ((trained - started) / 1000);
    const validation = await options.validate(() =>
      reporter.progress({ done: images, total: images, epoch, epochs, imagesPerSecond }),
    );
    // Diverged weights are useless, so no checkpoint is written.
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
    await reporter.checkCanceled();
    if (earlyStopping.update(epoch, validation.loss)) best = copyParameters(parameters);
    learningRate = reduceLrOnPlateau.update(validation.loss, learningRate);
    const event: RunEventOf<'epoch'> = {
      type: 'epoch',
      at: Date.now(),
      stage,
      epoch,
      epochs,
      metrics,
      seconds,
      imagesPerSecond,
      wall: encodeSamplePredictions(validation.samplePredictions),
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
    // Save first: every reported epoch has a checkpoint.
    await options.saveCheckpoint(state, event);
    await reporter.emit(event);
    reporter.throwIfCanceled();
  }
  setParameters(parameters, best);
  const bestEpoch = earlyStopping.bestEpoch ?? epoch;
  if (epoch > 0) {
    const end = { stage, bestEpoch, stoppedEarly: earlyStopping.stopped };
    await reporter.emit({ type: 'stage-ended', ...end, ...(finishedEarly && { finishedEarly }) });
  }
  return { epochs: epoch, bestEpoch, finishedEarly };
}

/** The initial state of training; when resuming, restores parameters, optimizer and callbacks from the checkpoint. */
function startOf({ parameters, optimizer, earlyStopping, reduceLrOnPlateau, ...options }: FitOptions) {
  const { resumeFrom, extendFromEpoch, learningRate } = options;
  if (!resumeFrom) return { learningRate, best: copyParameters(parameters), epoch: 0 };
  setParameters(parameters, resumeFrom.last);
  optimizer.restore(resumeFrom.optimizer);
  earlyStopping.restore(resumeFrom.earlyStopping);
  reduceLrOnPlateau.restore(resumeFrom.reduceLrOnPlateau);
  if (earlyStopping.stopped && resumeFrom.epoch <= extendFromEpoch) earlyStopping.resume();
  return resumeFrom;
}

export const copyParameters = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, values.slice()]));

export function setParameters(parameters: Parameters, values: Parameters): void {
  for (const [name, array] of values) parameters.get(name)!.set(array);
}

/** @returns null if `mustEnd` became true before the last step */
async function trainEpoch(options: FitOptions, epoch: number, learningRate: number, mustEnd: () => boolean) {
  const { programs, parameters, optimizer, images, reporter, stage } = options;
  const { classes } = programs.model;
  const trained = [...trainedShapes(programs.model).keys()];
  const inputs = Object.fromEntries(parameters);
  let [step, done, loss, correct] = [0, 0, 0, 0];
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
    correct += accuracy(results.logits!, targets, classes) * count;
    done += count;
    const now = performance.now();
    options.onStep(count, (now - started) / 1000);
    started = now;
    const imagesPerSecond = done / ((now - epochStarted) / 1000);
    await reporter.progress({ done, total: images, epoch, epochs: options.epochs, imagesPerSecond });
    if (mustEnd() && done < images) return null;
  }
  return { loss: loss / done, accuracy: correct / done };
}

/** [count, 128] of 0 and 1 / (1 − rate): inverted dropout (Srivastava et al., 2014). */
function dropoutMask(count: number, rate: number, random: Random): Float32Array {
  const mask = new Float32Array(count * hiddenUnits);
  const scale = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.next() < rate ? 0 : scale;
  return mask;
}
