import { featureCount } from '../../lib/mobilenet-v2.ts';
import { EarlyStopping } from './callbacks/early-stopping.ts';
import { ReduceLrOnPlateau } from './callbacks/reduce-lr-on-plateau.ts';
import { labelsOf, score } from './evaluate.ts';
import type { Experiment, SplitFeatures } from './experiment.ts';
import { fit, type TrainingBatch } from './fit.ts';
import { createOptimizer } from './optimizer.ts';
import { logitsFromFrozen } from './predict.ts';
import type { Programs } from './programs.ts';
import { Random } from './random.ts';

/** Weight decay of head training, whatever `weight_decay` is: Keras' own default, which the original left as it was. */
const stage1WeightDecay = 0.004;

/** Stage 1: the base is frozen, and the head learns from its features. */
export async function trainHead(experiment: Experiment, features: SplitFeatures, programs: Programs): Promise<void> {
  const { config, parameters, reporter, timeLeft, keep } = experiment;
  await fit({
    stage: 1,
    epochs: config.epochs_stage1,
    learningRate: config.lr_stage1,
    optimizer: createOptimizer(config.optimizer, { weightDecay: stage1WeightDecay }),
    earlyStopping: new EarlyStopping({ patience: 7 }),
    reduceLrOnPlateau: new ReduceLrOnPlateau({ factor: 0.2, patience: 3 }),
    ...{ programs, parameters, reporter, keep },
    ...onFeatures(experiment, features, programs, 1),
    seed: config.seed,
    dropout: config.dropout,
    labelSmoothing: config.label_smoothing,
    onStep: (images, seconds) => timeLeft.advance('head', 'head', images, seconds),
  });
}

/** Training and validation on features alone: all of stage 1, and of stage 2 where nothing changes pixels or base. */
export function onFeatures(
  { config, dataset, split, parameters, timeLeft }: Experiment,
  features: SplitFeatures,
  programs: Programs,
  stage: 1 | 2,
) {
  const classes = dataset.classes.length;
  const trainLabels = labelsOf(dataset.train, split.train);
  const valLabels = labelsOf(dataset.train, split.val);
  return {
    images: split.train.length,
    batches: (epoch: number) =>
      shuffledRows(
        features.train,
        trainLabels,
        classes,
        config.batch_size,
        new Random(config.seed, 'shuffle', stage, epoch),
      ),
    validate: async () => {
      const started = performance.now();
      const logits = await logitsFromFrozen(programs, parameters, features.val);
      timeLeft.advance(stage === 1 ? 'head' : 'finetune', 'head', 0, (performance.now() - started) / 1000);
      return score(logits, valLabels, classes, config.label_smoothing);
    },
  };
}

/** Rows of features in a new order, ⌈n / batch⌉ batches. */
async function* shuffledRows(
  rows: Float32Array,
  labels: Uint8Array,
  classes: number,
  batchSize: number,
  random: Random,
): AsyncGenerator<TrainingBatch> {
  const order = random.permutation(labels.length);
  for (let at = 0; at < order.length; at += batchSize) {
    const count = Math.min(batchSize, order.length - at);
    const frozen = new Float32Array(count * featureCount);
    const targets = new Float32Array(count * classes);
    for (let i = 0; i < count; i++) {
      const row = order[at + i]!;
      frozen.set(rows.subarray(row * featureCount, (row + 1) * featureCount), i * featureCount);
      targets[i * classes + labels[row]!] = 1;
    }
    yield { frozen, targets, count };
  }
}
