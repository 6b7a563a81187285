import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { FrozenRequest, FrozenStore, Store } from '@/server/model/activations/activation-store.ts';
import type { HalfRows } from '@/server/model/activations/half-rows.ts';
import type { Dataset } from '@/server/model/dataset/dataset.ts';
import type { Split } from '@/server/model/dataset/split.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import type { Parameters } from '@/server/model/network/head.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import type { FitState } from './checkpoint/checkpoint.ts';
import type { Reporter } from './telemetry/reporter.ts';
import type { TimeLeft } from './telemetry/time-left.ts';

/** What every part of a run works with. */
export interface Experiment {
  config: TrainConfig;
  dataset: Dataset;
  split: Split;
  /** The split of a run on the whole data set. */
  complete: Split;
  /** Where the images of the wall stand among the validation images. */
  wall: Uint32Array;
  weights: Weights;
  engine: Engine;
  /** Pooled features of the whole base. */
  features: FrozenStore;
  /** What the tail of stage 2 starts from; `features` where nothing of the base is trained, null where all of it is. */
  frozen: Store | null;
  /** The head, and in stage 2 the trained kernels: changed in place as the run goes on. */
  parameters: Parameters;
  reporter: Reporter;
  timeLeft: TimeLeft;
  /** Keeps what is to outlive this process, after each epoch and before that is told. */
  keep: (state: FitState, epoch: RunEventOf<'epoch'>) => Promise<void>;
  /** Where an earlier process came to; null for a run that begins. */
  resume: FitState | null;
  /** An early stop of stage 2 at or before this epoch does not count: more epochs were asked for. */
  furtherFrom: number;
}

/** What the frozen part hands over for the images of each set. */
export type SplitRows = Record<keyof Split, HalfRows>;

/** What to ask a store for to have one of the three sets. */
export const requestFor = (
  { dataset, split, complete }: Pick<Experiment, 'dataset' | 'split' | 'complete'>,
  part: keyof Split,
  mirrored = false,
): FrozenRequest => ({
  images: part === 'test' ? dataset.test : dataset.train,
  indices: split[part],
  complete: complete[part],
  mirrored,
});
