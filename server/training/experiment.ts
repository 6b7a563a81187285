import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { tunesBase, usesCachedActivations } from '@/lib/work/run-work.ts';
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
import type { Reporter } from './telemetry/reporter.ts';
import type { TimeLeft } from './telemetry/time-left.ts';

/** What stage 2 asks of the store of its frozen part. */
export type Activations = Pick<ActivationStore, 'get' | 'hasRoomFor' | 'fileName' | 'computed' | 'release'>;

/** What stage 2 computes once for each image and then reuses; images whose pixels change start from pixels all the same. */
export type Stage2Input =
  /** Nothing of the base is trained: the pooled features that stage 1 has used. */
  | { kind: 'features'; store: ActivationStore }
  /** The last layers of the base are trained: the output of the layers before them. */
  | { kind: 'activations'; store: Activations }
  /** Nothing is frozen, or the cache is too small: every image passes through the whole network each time. */
  | { kind: 'pixels' };

/** What every part of a run works with. */
export interface Experiment {
  config: TrainConfig;
  dataset: Dataset;
  split: Split;
  /** The split of a run on the whole data set. */
  complete: Split;
  /** Where the images of the wall stand among the validation images. */
  wall: Uint32Array;
  /** Of the base, as they were before training. */
  weights: Weights;
  /** Pooled features of the whole base. */
  features: ActivationStore;
  stage2Input: Stage2Input;
  /** Each compiled when it is first used. */
  programs: { stage1: Programs; stage2: Programs };
  /** The head, and in stage 2 the trained kernels: changed in place. */
  parameters: Parameters;
  reporter: Reporter;
  timeLeft: TimeLeft;
  /** Called after each epoch, before its event is emitted. */
  saveCheckpoint: (state: FitState, epoch: RunEventOf<'epoch'>) => Promise<void>;
  /** Where an earlier process stopped; null where training begins. */
  resumeFrom: FitState | null;
  /** An early stop of stage 2 at or before this epoch does not count: more epochs were asked for. */
  extendFromEpoch: number;
}

interface Materials {
  config: TrainConfig;
  dataset: Dataset;
  split: Split;
  weights: Weights;
  engine: Engine;
  cache: CacheFolder;
}

/** The parts of an experiment that follow from its config, with a fresh head. Nothing is read or compiled yet. */
export function assembleModel({
  config,
  dataset,
  split,
  weights,
  engine,
  cache,
}: Materials): Pick<Experiment, 'features' | 'stage2Input' | 'programs' | 'parameters'> {
  const classes = dataset.classes.length;
  const base = { network: networkOf(config), imageSize: config.image_size };
  const storeOf = (nUnfreeze: number) =>
    new ActivationStore(engine, weights, { ...base, nUnfreeze }, dataset.hash, cache);
  const programsOf = (nUnfreeze: number) => new Programs(engine, weights, { ...base, nUnfreeze, classes });
  const features = storeOf(0);
  const stage1 = programsOf(0);
  const parameters = createHead(classes, new Random(config.seed, 'head'));
  if (!tunesBase(config)) {
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

/** Frees what an experiment holds: compiled programs and open files. */
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

/** What to ask a store for to have one of the three sets. */
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
