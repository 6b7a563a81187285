import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { finetunesBase, usesCachedActivations } from '@/lib/work/run-work.ts';
import { type ActivationRequest, ActivationStore } from '@/server/model/activations/activation-store.ts';
import type { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import type { Float16Rows } from '@/server/model/activations/float16-rows.ts';
import type { Dataset } from '@/server/model/dataset/dataset.ts';
import { type Split, sizesOf } from '@/server/model/dataset/split.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { createHead, type Parameters } from '@/server/model/network/head.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { Random } from '@/server/model/random.ts';
import type { FitState } from './checkpoint/checkpoint.ts';
import type { FinishRequest } from './finish-request.ts';
import type { Reporter } from './telemetry/reporter.ts';
import type { TimeLeft } from './telemetry/time-left.ts';

/** The part of an activation store that stage 2 uses. */
export type Activations = Pick<ActivationStore, 'get' | 'hasRoomFor' | 'fileName' | 'computed' | 'release'>;

/** The per-image values that stage 2 computes once and reuses. Images whose pixels change always start from pixels. */
export type Stage2Input =
  /** No layer of the base is trained: the pooled features of stage 1. */
  | { kind: 'features'; store: ActivationStore }
  /** The last layers of the base are trained: the output of the frozen part before them. */
  | { kind: 'activations'; store: Activations }
  /** Nothing is frozen, or the cache is too small: every image passes through the complete network each time. */
  | { kind: 'pixels' };

/** The data, model and services that all parts of a run share. */
export interface Experiment {
  config: TrainConfig;
  dataset: Dataset;
  split: Split;
  /** The split of a run without `train_limit`. */
  complete: Split;
  /** Positions of the sample images among the validation images. */
  sampleRows: Uint32Array;
  /** Pretrained weights of the base. */
  weights: Weights;
  /** Pooled features of the complete base. */
  features: ActivationStore;
  stage2Input: Stage2Input;
  /** Compiled on first use. */
  programs: { stage1: Programs; stage2: Programs };
  /** Weights of the head, and in stage 2 of the trained conv layers; updated in place. */
  parameters: Parameters;
  reporter: Reporter;
  timeLeft: TimeLeft;
  finish: FinishRequest;
  /** Called after each epoch, before its event is emitted. */
  saveCheckpoint: (state: FitState, epoch: RunEventOf<'epoch'>) => Promise<void>;
  /** State after the last epoch of an earlier process; null if training starts from scratch. */
  resumeFrom: FitState | null;
  /** An early stop of stage 2 at or before this epoch is ignored, because more epochs were requested. */
  extendFromEpoch: number;
}

interface ModelInputs {
  config: TrainConfig;
  dataset: Dataset;
  split: Split;
  weights: Weights;
  engine: Engine;
  cache: CacheFolder;
}

/** Creates the parts of an experiment that depend on its config, with a newly initialized head. Reads and compiles nothing. */
export function assembleModel({
  config,
  dataset,
  split,
  weights,
  engine,
  cache,
}: ModelInputs): Pick<Experiment, 'features' | 'stage2Input' | 'programs' | 'parameters'> {
  const classes = dataset.classes.length;
  const base = { network: networkOf(config), imageSize: config.image_size };
  const storeOf = (nUnfreeze: number) =>
    new ActivationStore(engine, weights, { ...base, nUnfreeze }, dataset.hash, cache);
  const programsOf = (nUnfreeze: number) => new Programs(engine, weights, { ...base, nUnfreeze, classes });
  const features = storeOf(0);
  const stage1 = programsOf(0);
  const parameters = createHead(classes, new Random(config.seed, 'head'));
  if (!finetunesBase(config)) {
    return {
      features,
      stage2Input: { kind: 'features', store: features },
      programs: { stage1, stage2: stage1 },
      parameters,
    };
  }
  const stage2Input: Stage2Input = usesCachedActivations(config, sizesOf(split), cache.limit)
    ? { kind: 'activations', store: storeOf(config.n_unfreeze) }
    : { kind: 'pixels' };
  return { features, stage2Input, programs: { stage1, stage2: programsOf(config.n_unfreeze) }, parameters };
}

/** Releases compiled programs and closes files. */
export async function releaseModel({
  features,
  stage2Input,
  programs,
}: Pick<Experiment, 'features' | 'stage2Input' | 'programs'>) {
  await Promise.all([...new Set([programs.stage1, programs.stage2])].map((each) => each.release()));
  await Promise.all([features.release(), stage2Input.kind === 'activations' ? stage2Input.store.release() : null]);
}

/** Features or cached activations of the images of each set. */
export type SplitRows = Record<keyof Split, Float16Rows>;

/** The request to an activation store for one of the three sets. */
export const requestFor = (
  { dataset, split, complete }: Pick<Experiment, 'dataset' | 'split' | 'complete'>,
  part: keyof Split,
  mirrored = false,
): ActivationRequest => ({
  images: part === 'test' ? dataset.test : dataset.train,
  indices: split[part],
  complete: complete[part],
  mirrored,
});
