import { changesPixels } from '@/lib/config/augmentations.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { finetunesOnFeatures } from '@/lib/work/run-work.ts';
import { extractionBatch, padRows } from '@/server/model/activations/activation-store.ts';
import type { Float16Rows } from '@/server/model/activations/float16-rows.ts';
import { createBatches } from '@/server/model/dataset/batches/batches.ts';
import type { Programs } from '@/server/model/engine/programs.ts';
import { sizeOf } from '@/server/model/graph/node.ts';
import { kernelOf } from '@/server/model/network/fold.ts';
import { frozenShape } from '@/server/model/network/model.ts';
import { predictSet, validationOf } from './evaluate.ts';
import { type Activations, type Experiment, requestFor, type SplitRows } from './experiment.ts';
import { FinishedEarly } from './finish-request.ts';
import { type FitResult, fit, type TrainingBatch } from './fit.ts';
import { EarlyStopping } from './optimizer/early-stopping.ts';
import { createOptimizer } from './optimizer/optimizer.ts';
import { ReduceLrOnPlateau } from './optimizer/reduce-lr-on-plateau.ts';
import { onFeatures, onRows } from './stage1.ts';

/** Stage 2: continues to train the head, together with the last layers of the base. */
export async function fineTune(experiment: Experiment, features: SplitRows): Promise<FitResult> {
  const { config, weights, programs, parameters, reporter, timeLeft, finish, saveCheckpoint, resumeFrom } = experiment;
  for (const convolution of trainedConvolutions(networkOf(config), config.n_unfreeze)) {
    parameters.set(kernelName(convolution), kernelOf(weights, convolution).slice());
  }
  const { pass, close, ...source } = sourceOf(experiment, await chooseTrainingInput(experiment, features));
  try {
    return await fit({
      stage: 2,
      epochs: config.epochs_stage2,
      learningRate: config.lr_stage2,
      optimizer: createOptimizer(config.optimizer, { weightDecay: config.weight_decay }),
      earlyStopping: new EarlyStopping({ patience: 10 }),
      reduceLrOnPlateau: new ReduceLrOnPlateau({ factor: 0.5, patience: 4 }),
      programs: programs.stage2,
      parameters,
      reporter,
      finish,
      saveCheckpoint,
      extendFromEpoch: experiment.extendFromEpoch,
      resumeFrom: resumeFrom?.stage === 2 ? resumeFrom : null,
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

/** Input of stage 2's training steps: the first applicable of these. */
type TrainingInput =
  /** Neither pixels nor the base change. */
  | { kind: 'features'; features: SplitRows }
  /** Pixels never change, so the output of the frozen part is cached. */
  | { kind: 'activations'; rows: Float16Rows }
  | { kind: 'pixels' };

async function chooseTrainingInput(experiment: Experiment, features: SplitRows): Promise<TrainingInput> {
  const { config, stage2Input, finish } = experiment;
  if (finetunesOnFeatures(config)) return { kind: 'features', features };
  if (stage2Input.kind !== 'activations') return { kind: 'pixels' };
  try {
    // A stage that must end trains on nothing, so it needs no cached activations.
    return finish.ends(2) ? { kind: 'pixels' } : await cacheInput(experiment, stage2Input.store);
  } catch (error) {
    if (error instanceof FinishedEarly) return { kind: 'pixels' };
    throw error;
  }
}

/** @throws FinishedEarly if the user ends training meanwhile */
async function cacheInput(experiment: Experiment, store: Activations): Promise<TrainingInput> {
  const { config } = experiment;
  const request = requestFor(experiment, 'train');
  const rows = !changesPixels(config) && (await store.hasRoomFor(request)) ? await cacheRows(experiment, store) : null;
  await reportCached(experiment, store, rows !== null);
  return rows ? { kind: 'activations', rows } : { kind: 'pixels' };
}

/** Reads the activations of all training images, or computes them before the first epoch if they are not cached. */
async function cacheRows(experiment: Experiment, store: Activations): Promise<Float16Rows> {
  const { split, reporter, timeLeft, finish } = experiment;
  let done = 0;
  const { rows, cached } = await store.get(requestFor(experiment, 'train'), async (count, seconds) => {
    done += count;
    timeLeft.advance('finetune', 'frozen', count, seconds);
    await reporter.progress({ part: 'frozen', done, total: split.train.length, imagesPerSecond: count / seconds });
    if (finish.ends(2)) throw new FinishedEarly();
  });
  if (cached) timeLeft.skip('finetune', 'frozen', rows.count);
  return rows;
}

/** Reports the cache files that later runs can use once they are written. */
async function reportCached({ split, reporter }: Experiment, store: Activations, cachesTrain: boolean): Promise<void> {
  const evaluated = [split.val, split.test].flatMap((indices) =>
    [false, true].map((mirrored) => store.fileName(indices, mirrored)),
  );
  await reporter.emit({
    type: 'frozen-kept',
    train: cachesTrain ? [store.fileName(split.train, false)] : [],
    evaluated,
  });
}

function sourceOf(experiment: Experiment, input: TrainingInput) {
  const close = async () => {};
  const validate = async (onBatch: () => Promise<void>) => {
    const set = { part: 'val', mirrored: false, phase: 'finetune' } as const;
    return validationOf(experiment, await predictSet(experiment, set, onBatch));
  };
  switch (input.kind) {
    case 'features':
      return { ...onFeatures(experiment, input.features, 2), pass: 'head' as const, close };
    case 'activations':
      return { ...onRows(experiment, input.rows, 2), pass: 'tail' as const, validate, close };
    case 'pixels':
      return { ...onPixels(experiment), pass: 'finetune' as const, validate };
  }
}

/** Yields batches of (augmented) pixels after the frozen part. */
function onPixels({ config, dataset, split, programs }: Experiment) {
  const batches = createBatches({
    images: dataset.train,
    indices: split.train,
    classes: dataset.classes.length,
    config,
  });
  return {
    images: batches.images,
    close: () => batches.close(),
    async *batches(epoch: number): AsyncGenerator<TrainingBatch> {
      for await (const { pixels, targets, count } of batches.epoch(epoch)) {
        yield { frozen: await runFrozen(programs.stage2, pixels, count, config.batch_size), targets, count };
      }
    },
  };
}

/**
 * Computes the frozen part's output for a batch, a few images at a time: its first layers need most of a run's memory, and
 * larger batches are no faster.
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
  const pixelsPerImage = pixels.length / count;
  const output = new Float32Array(count * width);
  for (let done = 0; done < count; done += size) {
    const chunkCount = Math.min(size, count - done);
    const chunk = pixels.subarray(done * pixelsPerImage, (done + chunkCount) * pixelsPerImage);
    const { frozen } = await program.run({ pixels: padRows(chunk, chunkCount, size) });
    output.set(frozen!.subarray(0, chunkCount * width), done * width);
  }
  return output;
}
