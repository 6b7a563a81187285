import { phaseOfStage } from '@/lib/run/phases.ts';
import type { Float16Rows } from '@/server/model/activations/float16-rows.ts';
import { labelsOf } from '@/server/model/dataset/dataset.ts';
import { logitsFromRows } from '@/server/model/predict.ts';
import { Random } from '@/server/model/random.ts';
import { oneHot } from '@/server/model/scores.ts';
import { accuracyOf, validationOf } from './evaluate.ts';
import type { Experiment, SplitRows } from './experiment.ts';
import { type FitResult, fit, type TrainingBatch } from './fit.ts';
import { EarlyStopping } from './optimizer/early-stopping.ts';
import { createOptimizer } from './optimizer/optimizer.ts';
import { ReduceLrOnPlateau } from './optimizer/reduce-lr-on-plateau.ts';

/** Weight decay of stage 1, independent of `weight_decay`: Keras' default, which the original script uses. */
const stage1WeightDecay = 0.004;

/** Stage 1: trains the head on the features of the frozen base. */
export async function trainHead(experiment: Experiment, features: SplitRows): Promise<FitResult> {
  const { config, programs, parameters, reporter, timeLeft, finish, saveCheckpoint, resumeFrom } = experiment;
  return fit({
    stage: 1,
    epochs: config.epochs_stage1,
    learningRate: config.lr_stage1,
    optimizer: createOptimizer(config.optimizer, { weightDecay: stage1WeightDecay }),
    earlyStopping: new EarlyStopping({ patience: 7 }),
    reduceLrOnPlateau: new ReduceLrOnPlateau({ factor: 0.2, patience: 3 }),
    programs: programs.stage1,
    parameters,
    reporter,
    finish,
    saveCheckpoint,
    resumeFrom,
    extendFromEpoch: 0,
    ...onFeatures(experiment, features, 1),
    seed: config.seed,
    dropout: config.dropout,
    labelSmoothing: config.label_smoothing,
    onStep: (images, seconds) => timeLeft.advance('head', 'head', images, seconds),
  });
}

/** Plain accuracies after stage 1, within 0…1. */
export async function scoreHead(experiment: Experiment, features: SplitRows) {
  const scoreOf = async (part: 'val' | 'test') =>
    accuracyOf(
      experiment,
      part,
      await logitsFromRows(experiment.programs.stage1, experiment.parameters, features[part]),
    );
  return { val_stage1: await scoreOf('val'), test_stage1: await scoreOf('test') };
}

/** Training and validation on features: for stage 1, and for stage 2 if neither pixels nor the base change. */
export function onFeatures(experiment: Experiment, features: SplitRows, stage: 1 | 2) {
  const { config, dataset, split, programs, parameters, timeLeft } = experiment;
  return {
    ...onRows({ config, dataset, split }, features.train, stage),
    validate: async () => {
      const started = performance.now();
      const logits = await logitsFromRows(programs.stage1, parameters, features.val);
      timeLeft.advance(phaseOfStage(stage), 'head', 0, (performance.now() - started) / 1000);
      return validationOf(experiment, logits);
    },
  };
}

/** Training on rows of features or cached activations. */
export function onRows(
  { config, dataset, split }: Pick<Experiment, 'config' | 'dataset' | 'split'>,
  rows: Float16Rows,
  stage: 1 | 2,
) {
  const labels = labelsOf(dataset.train, split.train);
  return {
    images: split.train.length,
    batches: (epoch: number) => {
      const random = new Random(config.seed, 'shuffle', stage, epoch);
      return shuffledRows(rows, labels, dataset.classes.length, config.batch_size, random);
    },
  };
}

/** Yields all rows in random order, in ⌈n / batch⌉ batches. */
async function* shuffledRows(
  rows: Float16Rows,
  labels: Uint8Array,
  classes: number,
  batchSize: number,
  random: Random,
): AsyncGenerator<TrainingBatch> {
  const order = random.permutation(labels.length);
  for (let at = 0; at < order.length; at += batchSize) {
    const indices = order.subarray(at, at + batchSize);
    const targets = oneHot(
      Uint8Array.from(indices, (index) => labels[index]!),
      classes,
    );
    yield { frozen: rows.read(indices), targets, count: indices.length };
  }
}
