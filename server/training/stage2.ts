import { networkOf } from '../../lib/backbones.ts';
import { kernelName, trainedConvolutions } from '../../lib/mobilenet-v2.ts';
import { staysOnFeatures, trainsKernels } from '../../lib/run-work.ts';
import { EarlyStopping } from './callbacks/early-stopping.ts';
import { ReduceLrOnPlateau } from './callbacks/reduce-lr-on-plateau.ts';
import { createBatches } from './dataset/batches.ts';
import { labelsOf, score } from './evaluate.ts';
import type { Experiment, SplitFeatures } from './experiment.ts';
import { padRows } from './features.ts';
import { fit, type TrainingBatch } from './fit.ts';
import { kernelOf } from './network/fold.ts';
import { createOptimizer } from './optimizer.ts';
import { logitsFromFrozen, logitsFromImages } from './predict.ts';
import type { Programs } from './programs.ts';
import { onFeatures } from './stage1.ts';

/** Stage 2: the head learns on, and with it the last layers of the base, from images. */
export async function fineTune(experiment: Experiment, features: SplitFeatures, programs: Programs): Promise<void> {
  const { config, weights, parameters, reporter, timeLeft, keep } = experiment;
  for (const convolution of trainedConvolutions(networkOf(config), config.n_unfreeze)) {
    parameters.set(kernelName(convolution), kernelOf(weights, convolution).slice());
  }
  const isOnFeatures = staysOnFeatures(config);
  const source = isOnFeatures
    ? { ...onFeatures(experiment, features, programs, 2), close: async () => {} }
    : onImages(experiment, features, programs);
  try {
    await fit({
      stage: 2,
      epochs: config.epochs_stage2,
      learningRate: config.lr_stage2,
      optimizer: createOptimizer(config.optimizer, { weightDecay: config.weight_decay }),
      earlyStopping: new EarlyStopping({ patience: 10 }),
      reduceLrOnPlateau: new ReduceLrOnPlateau({ factor: 0.5, patience: 4 }),
      ...{ programs, parameters, reporter, keep },
      ...source,
      seed: config.seed,
      dropout: config.dropout,
      labelSmoothing: config.label_smoothing,
      onStep: (images, seconds) => timeLeft.advance('finetune', isOnFeatures ? 'head' : 'finetune', images, seconds),
    });
  } finally {
    await source.close();
  }
}

/** Batches of (augmented) pixels, each through the frozen part first; validation images likewise. */
function onImages(experiment: Experiment, features: SplitFeatures, programs: Programs) {
  const { config, dataset, split, parameters, timeLeft } = experiment;
  const classes = dataset.classes.length;
  const batches = createBatches({ images: dataset.train, indices: split.train, classes, config });
  const valLabels = labelsOf(dataset.train, split.val);
  const baseIsFrozen = !trainsKernels(config);
  return {
    images: batches.images,
    close: () => batches.close(),
    async *batches(epoch: number): AsyncGenerator<TrainingBatch> {
      const program = await programs.frozen(config.batch_size);
      for await (const { pixels, targets, count } of batches.epoch(epoch)) {
        const { frozen } = await program.run({ pixels: padRows(pixels, count, config.batch_size) });
        yield { frozen: frozen!.subarray(0, (frozen!.length / config.batch_size) * count), targets, count };
      }
    },
    validate: async (onBatch: () => Promise<void>) => {
      const logits = baseIsFrozen
        ? await logitsFromFrozen(programs, parameters, features.val)
        : await logitsFromImages(programs, parameters, dataset.train, split.val, {
            mirrored: false,
            onBatch: async (count, seconds) => {
              timeLeft.advance('finetune', 'predict', count, seconds);
              await onBatch();
            },
          });
      return score(logits, valLabels, classes, config.label_smoothing);
    },
  };
}
