import type { TrainConfig } from '../../lib/train-config.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Dataset } from './dataset/dataset.ts';
import type { Split } from './dataset/split.ts';
import type { Engine } from './engine/engine.ts';
import type { FeatureStore } from './features.ts';
import type { Parameters } from './network/head.ts';
import type { Weights } from './network/weights.ts';
import type { Reporter } from './reporter.ts';
import type { TimeLeft } from './time-left.ts';

/** What every part of a run works with. */
export interface Experiment {
  config: TrainConfig;
  dataset: Dataset;
  split: Split;
  weights: Weights;
  engine: Engine;
  features: FeatureStore;
  /** The head, and in stage 2 the trained kernels: changed in place as the run goes on. */
  parameters: Parameters;
  reporter: Reporter;
  timeLeft: TimeLeft;
  /** Keeps what is to outlive this process, after each epoch. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
}

/** Pooled features of the three sets, [images, 1280] each. */
export interface SplitFeatures {
  train: Float32Array;
  val: Float32Array;
  test: Float32Array;
}
