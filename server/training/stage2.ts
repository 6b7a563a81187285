import { changesPixels } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { staysOnFeatures } from '@/lib/work/run-work.ts';
import { extractionBatch, padRows } from '@/server/model/activations/activation-store.ts';
import type { HalfRows } from '@/server/model/activations/half-rows.ts';
import { createBatches } from '@/server/model/dataset/batches/batches.ts';
import type { Programs } from '@/server/model/engine/programs.ts';
import { sizeOf } from '@/server/model/graph/operations.ts';
import { kernelOf } from '@/server/model/network/fold.ts';
import { frozenShape } from '@/server/model/network/model.ts';
import { predictSet, validationOf } from './evaluate.ts';
import { type Experiment, requestFor, type SplitRows } from './experiment.ts';
import { fit, type TrainingBatch } from './fit.ts';
import { EarlyStopping } from './optimizer/early-stopping.ts';
import { createOptimizer } from './optimizer/optimizer.ts';
import { ReduceLrOnPlateau } from './optimizer/reduce-lr-on-plateau.ts';
import { onFeatures, onRows } from './stage1.ts';

/** Stage 2: the head learns on, and with it the last layers of the base. */
export async function fineTune(experiment: Experiment, features: SplitRows, programs: Programs): Promise<void> {
  const { config, weights, parameters, reporter, timeLeft, keep, furtherFrom } = experiment;
  for (const convolution of trainedConvolutions(networkOf(config), config.n_unfreeze)) {
    parameters.set(kernelName(convolution), kernelOf(weights, convolution).slice());
  }
  const { pass, close, ...source } = await chooseSource(experiment, features, programs);
  try {
    await fit({
      stage: 2,
      epochs: config.epochs_stage2,
      learningRate: config.lr_stage2,
      optimizer: createOptimizer(config.optimizer, { weightDecay: config.weight_decay }),
      earlyStopping: new EarlyStopping({ patience: 10 }),
      reduceLrOnPlateau: new ReduceLrOnPlateau({ factor: 0.5, patience: 4 }),
      programs,
      parameters,
      reporter,
      keep,
      furtherFrom,
      resume: experiment.resume?.stage === 2 ? experiment.resume : null,
      ...source,
      seed: config.seed,
      dropout: config.dropout,
      labelSmoothing: config.label_smoothing,
      onStep: (images, seconds) => timeLeft.advance('finetune', pass, images, seconds),
    });
  } finally {
    await close();
  }
}

/** What stage 2 trains on: features, kept outputs of the frozen part, or pixels, whichever comes first that will do. */
async function chooseSource(experiment: Experiment, features: SplitRows, programs: Programs) {
  const close = async () => {};
  if (staysOnFeatures(experiment.config)) {
    return { ...onFeatures(experiment, features, programs, 2), pass: 'head' as const, close };
  }
  const rows = await keptRows(experiment);
  await tellKept(experiment, rows !== null);
  const source = rows
    ? { ...onRows(experiment, rows, 2), pass: 'tail' as const, close }
    : onImages(experiment, programs);
  return { ...source, validate: validation(experiment, programs) };
}

/**
 * The frozen part's output for all training images, where no pixel changes: the tail trains on that, and nothing before
 * it is computed again. Null where pixels change, nothing is frozen, or the cache has no room.
 */
async function keptRows(experiment: Experiment): Promise<HalfRows | null> {
  const { config, split, frozen, reporter, timeLeft } = experiment;
  const request = requestFor(experiment, 'train');
  if (changesPixels(config) || !frozen || !(await frozen.hasRoomFor(request))) return null;
  let done = 0;
  const { rows, cached } = await frozen.get(request, async (count, seconds) => {
    done += count;
    timeLeft.advance('finetune', 'frozen', count, seconds);
    await reporter.progress({ part: 'frozen', done, total: split.train.length, imagesPerSecond: count / seconds });
  });
  if (cached) timeLeft.skip('finetune', 'frozen', rows.count);
  return rows;
}

/** Names the files that other runs will find, once they are written. */
async function tellKept({ split, features, frozen, reporter }: Experiment, keepsTrain: boolean): Promise<void> {
  if (!frozen || frozen === features) return;
  const evaluated = [split.val, split.test].flatMap((indices) =>
    [false, true].map((mirrored) => frozen.fileName(indices, mirrored)),
  );
  await reporter.tell({
    type: 'frozen-kept',
    train: keepsTrain ? [frozen.fileName(split.train, false)] : [],
    evaluated,
  });
}

/** Batches of (augmented) pixels, each through the frozen part first. */
function onImages({ config, dataset, split }: Experiment, programs: Programs) {
  const batches = createBatches({
    images: dataset.train,
    indices: split.train,
    classes: dataset.classes.length,
    config,
  });
  return {
    images: batches.images,
    pass: 'finetune' as const,
    close: () => batches.close(),
    async *batches(epoch: number): AsyncGenerator<TrainingBatch> {
      for await (const { pixels, targets, count } of batches.epoch(epoch)) {
        yield { frozen: await runFrozen(programs, pixels, count, config.batch_size), targets, count };
      }
    },
  };
}

/**
 * The frozen part's output of a batch, a few images at a time: its first layers take most of a run's memory, and more of
 * them at once are no faster.
 */
async function runFrozen(
  programs: Programs,
  pixels: Float32Array,
  count: number,
  batch: number,
): Promise<Float32Array> {
  const size = Math.min(batch, extractionBatch);
  const program = await programs.frozen(size);
  const width = sizeOf(frozenShape(programs.model));
  const pixelsOf = pixels.length / count;
  const output = new Float32Array(count * width);
  for (let done = 0; done < count; done += size) {
    const some = Math.min(size, count - done);
    const part = pixels.subarray(done * pixelsOf, (done + some) * pixelsOf);
    const { frozen } = await program.run({ pixels: padRows(part, some, size) });
    output.set(frozen!.subarray(0, some * width), done * width);
  }
  return output;
}

/** The frozen part of the validation images is computed in the first epoch. */
function validation(experiment: Experiment, programs: Programs) {
  return async (onBatch: () => Promise<void>) => {
    const set = { part: 'val', mirrored: false, phase: 'finetune' } as const;
    return validationOf(experiment, await predictSet(experiment, programs, set, onBatch));
  };
}
