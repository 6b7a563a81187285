import type { TrainConfig } from '@/lib/config/train-config.ts';
import { trainImages } from '@/lib/data/datasets.ts';
import { formatAccuracy, formatCount } from '@/lib/format.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import { isFinal, type RunStatus } from '@/lib/run/status.ts';

/** Reproduces an imported log's run: which config to train, and whether the result matches. */

type Epoch = RunEventOf<'epoch'>;

/** The parts of a run that matter for a reproduction. */
export interface Attempt {
  config: TrainConfig;
  epochs: readonly Epoch[];
  /** Epochs without those of a single batch. */
  whole: readonly Epoch[];
  /** Final validation accuracy, within 0…1; null if there is none (yet). */
  valAccuracy: number | null;
  test: TestIdentity | null;
  /** An imported log's settings that are only defaults, as `Optimizer: adamw`. */
  defaults?: readonly string[];
}

/**
 * The config that reproduces a log's run. If every other epoch of stage 2 was a single batch, it trains half as many
 * epochs.
 */
export function reproductionConfig(
  { config, epochs, whole }: Pick<Attempt, 'config' | 'epochs' | 'whole'>,
  name: string,
): TrainConfig {
  return {
    ...config,
    name: `${name} again`.slice(-80),
    json_output_path: '',
    epochs_stage2: whole.length < epochs.length ? Math.ceil(config.epochs_stage2 / 2) : config.epochs_stage2,
  };
}

/** Limits for scaled-down runs, from mild to strict. */
const limits: readonly (Partial<TrainConfig> & { train_limit: number; image_size: TrainConfig['image_size'] })[] = [
  { train_limit: 0, image_size: 96 },
  { train_limit: 18_000, image_size: 96 },
  { train_limit: 9000, image_size: 96, epochs_stage1: 20, epochs_stage2: 10 },
  { train_limit: 4500, image_size: 96, epochs_stage1: 10, epochs_stage2: 5 },
  { train_limit: 2250, image_size: 96, epochs_stage1: 10, epochs_stage2: 3 },
];

/**
 * Scales a run down to fewer images, pixels and epochs so that it fits a time limit.
 * @param secondsOf upper estimate of a config's training time; null if unknown
 * @param maxSeconds the time limit
 * @returns the config with the mildest limits that fits, else with the strictest; null if the run already fits or its
 * time is unknown
 */
export function scaledDownConfig(
  whole: TrainConfig,
  secondsOf: (config: TrainConfig) => number | null,
  maxSeconds: number,
): TrainConfig | null {
  const fits = (config: TrainConfig) => (secondsOf(config) ?? Number.POSITIVE_INFINITY) <= maxSeconds;
  if (secondsOf(whole) === null || fits(whole)) return null;
  const scaled = limits.map((limit) => scaleDown(whole, limit));
  return scaled.find(fits) ?? scaled.at(-1)!;
}

function scaleDown(whole: TrainConfig, limit: (typeof limits)[number]): TrainConfig {
  const smaller = (field: 'image_size' | 'epochs_stage1' | 'epochs_stage2') =>
    Math.min(whole[field], limit[field] ?? whole[field]);
  const trainLimits = [whole.train_limit, limit.train_limit].filter((images) => images > 0);
  return {
    ...whole,
    image_size: smaller('image_size') as TrainConfig['image_size'],
    epochs_stage1: smaller('epochs_stage1'),
    epochs_stage2: smaller('epochs_stage2'),
    train_limit: trainLimits.length > 0 ? Math.min(...trainLimits) : 0,
  };
}

/**
 * How a run is scaled down compared with the log's: `4,500 of 45,000 images, 96 instead of 160 px`; empty if it is not.
 */
export function describeScaling(own: TrainConfig, log: TrainConfig): string {
  const [images, all] = [trainImages(own), trainImages(log)];
  const instead = (field: 'image_size' | 'epochs_stage1' | 'epochs_stage2', what: string) =>
    own[field] < log[field] ? [`${own[field]} instead of ${log[field]} ${what}`] : [];
  return [
    ...(images < all ? [`${formatCount(images)} of ${formatCount(all)} images`] : []),
    ...instead('image_size', 'px'),
    ...instead('epochs_stage1', 'epochs in stage 1'),
    ...instead('epochs_stage2', 'epochs in stage 2'),
  ].join(', ');
}

/** Accuracies of runs that differ only in their seed may be this far apart. */
const tolerance = 0.01;

/**
 * Describes in a sentence or two whether a run reproduces a log: within how many points, or why not. While the run
 * trains, it is compared with the log at the same epoch, single batches not counted.
 */
export function describeReproduction(log: Attempt, own: Attempt & { status: RunStatus }): string {
  if (!isFinal(own.status)) return describeProgress(log.whole, own.whole);
  if (own.status !== 'completed' || own.valAccuracy === null) return 'Not reproduced: this run did not complete.';
  if (log.valAccuracy === null) return 'Cannot be compared: the log has no validation accuracy.';
  const difference = own.valAccuracy - log.valAccuracy;
  const both = `${formatAccuracy(own.valAccuracy)} validation accuracy here, ${formatAccuracy(log.valAccuracy)} in the log.`;
  if (Math.abs(difference) <= tolerance) {
    return `Reproduced within ${(Math.ceil(Math.abs(difference) * 1000 - 1e-9) / 10).toFixed(1)} points: ${both}`;
  }
  const points = `${(Math.abs(difference) * 100).toFixed(1)} points ${difference < 0 ? 'below' : 'above'} the log`;
  return `Not reproduced, ${points}: ${both} ${describeDifferences(log, own).join(' ')}`;
}

function describeProgress(log: readonly Epoch[], own: readonly Epoch[]): string {
  const last = own.at(-1);
  if (!last) return 'The comparison with the log appears after the first epoch.';
  const same = log.find(({ stage, epoch }) => stage === last.stage && epoch === last.epoch);
  const there = same ? formatAccuracy(same.metrics.val_accuracy) : 'none at this epoch';
  const here = formatAccuracy(last.metrics.val_accuracy);
  return `After epoch ${last.epoch} of stage ${last.stage}: ${here} validation accuracy here, ${there} in the log.`;
}

function describeDifferences(log: Attempt, own: Attempt): string[] {
  const config = reproductionConfig(log, '');
  const cuts = describeScaling(own.config, config);
  const found: string[] = [];
  if (cuts) found.push(`This run was scaled down: ${cuts}.`);
  if (own.test && own.test.hash !== log.test?.hash) {
    const isCopy = own.test.name.startsWith('CIFAR-10, JPEG copy');
    const cost = isCopy ? ', whose lossy compression alone costs about ten points' : '';
    found.push(`It was tested on “${own.test.name}”${cost}; the log on “${log.test?.name ?? 'unknown'}”.`);
  }
  if (log.defaults && log.defaults.length > 0) {
    found.push(`The log does not contain all settings; this run has defaults for ${log.defaults.join('; ')}.`);
  }
  const batches = log.epochs.length - log.whole.length;
  if (batches > 0) {
    found.push(`${batches} of the log’s ${log.epochs.length} epochs were single batches, which do not count.`);
  }
  return found.length > 0 ? found : ['The configs are the same; frameworks and random numbers differ.'];
}
