import type { TrainConfig } from '@/lib/config/train-config.ts';
import { trainImages } from '@/lib/data/datasets.ts';
import { formatAccuracy, formatCount } from '@/lib/format.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import { isFinal, type RunStatus } from '@/lib/run/status.ts';

/** A log's run once more, here: what is trained for it, and whether the same came of it. */

type Epoch = RunEventOf<'epoch'>;

/** A run as far as reproducing it goes. */
export interface Attempt {
  config: TrainConfig;
  epochs: readonly Epoch[];
  /** Those that are no single batches. */
  whole: readonly Epoch[];
  /** The final one, within 0…1; null where there is none (yet). */
  valAccuracy: number | null;
  test: TestIdentity | null;
}

/** What a log's run is as a run of this app. Where half of its epochs were single batches, half of them are asked for. */
export function wholeReproduction(
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

/** What a scaled run has at most, from the mildest cut to the sharpest. */
const cuts: readonly (Partial<TrainConfig> & { train_limit: number; image_size: TrainConfig['image_size'] })[] = [
  { train_limit: 0, image_size: 96 },
  { train_limit: 18_000, image_size: 96 },
  { train_limit: 9000, image_size: 96, epochs_stage1: 20, epochs_stage2: 10 },
  { train_limit: 4500, image_size: 96, epochs_stage1: 10, epochs_stage2: 5 },
  { train_limit: 2250, image_size: 96, epochs_stage1: 10, epochs_stage2: 3 },
];

/**
 * The same run with fewer images, pixels and epochs, so that it takes no longer than it may.
 * @param secondsOf how long a config takes at most; null where that is not known
 * @returns the mildest cut that is short enough, else the sharpest; null where nothing needs to be cut, or nobody knows yet
 */
export function scaledReproduction(
  whole: TrainConfig,
  secondsOf: (config: TrainConfig) => number | null,
  most: number,
): TrainConfig | null {
  const isShort = (config: TrainConfig) => (secondsOf(config) ?? Number.POSITIVE_INFINITY) <= most;
  if (secondsOf(whole) === null || isShort(whole)) return null;
  const scaled = cuts.map((cut) => cutTo(whole, cut));
  return scaled.find(isShort) ?? scaled.at(-1)!;
}

function cutTo(whole: TrainConfig, cut: (typeof cuts)[number]): TrainConfig {
  const least = (field: 'image_size' | 'epochs_stage1' | 'epochs_stage2') =>
    Math.min(whole[field], cut[field] ?? whole[field]);
  const limits = [whole.train_limit, cut.train_limit].filter((limit) => limit > 0);
  return {
    ...whole,
    image_size: least('image_size') as TrainConfig['image_size'],
    epochs_stage1: least('epochs_stage1'),
    epochs_stage2: least('epochs_stage2'),
    train_limit: limits.length > 0 ? Math.min(...limits) : 0,
  };
}

/** How a run falls short of a log's: `4,500 of 45,000 images, 96 instead of 160 px`; empty where it does not. */
export function cutsInWords(own: TrainConfig, log: TrainConfig): string {
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

/** Two runs that differ only in their seed may be this far apart. */
const close = 0.01;

/**
 * Whether a run reproduces a log, in a sentence or two: within how many points, or why not. While it trains, how it
 * stands beside the log at the same whole epoch.
 */
export function reproductionInWords(log: Attempt, own: Attempt & { status: RunStatus }): string {
  if (!isFinal(own.status)) return soFar(log.whole, own.whole);
  if (own.status !== 'completed' || own.valAccuracy === null) return 'Not reproduced: this run did not complete.';
  if (log.valAccuracy === null) return 'It cannot be said: the log has no validation accuracy.';
  const difference = own.valAccuracy - log.valAccuracy;
  const both = `${formatAccuracy(own.valAccuracy)} validation accuracy here, ${formatAccuracy(log.valAccuracy)} in the log.`;
  if (Math.abs(difference) <= close) {
    return `Reproduced within ${(Math.ceil(Math.abs(difference) * 1000 - 1e-9) / 10).toFixed(1)} points: ${both}`;
  }
  const points = `${(Math.abs(difference) * 100).toFixed(1)} points ${difference < 0 ? 'below' : 'above'} the log`;
  return `Not reproduced, ${points}: ${both} ${reasons(log, own).join(' ')}`;
}

function soFar(log: readonly Epoch[], own: readonly Epoch[]): string {
  const last = own.at(-1);
  if (!last) return 'It is compared with the log from its first epoch on.';
  const same = log.find(({ stage, epoch }) => stage === last.stage && epoch === last.epoch);
  const there = same ? formatAccuracy(same.metrics.val_accuracy) : 'none that far';
  const here = formatAccuracy(last.metrics.val_accuracy);
  return `After epoch ${last.epoch} of stage ${last.stage}: ${here} validation accuracy here, ${there} in the log.`;
}

function reasons(log: Attempt, own: Attempt): string[] {
  const config = wholeReproduction(log, '');
  const short = cutsInWords(own.config, config);
  const found: string[] = [];
  if (short) found.push(`It was scaled down: ${short}.`);
  if (own.test && own.test.hash !== log.test?.hash) {
    const isCopy = own.test.name.startsWith('CIFAR-10, JPEG copy');
    const cost = isCopy ? ', whose lossy pixels alone cost about ten points' : '';
    found.push(
      `It saw the images of “${own.test.name}”${cost}; those of the log are “${log.test?.name ?? 'not known'}”.`,
    );
  }
  const batches = log.epochs.length - log.whole.length;
  if (batches > 0) {
    found.push(`Of the log’s ${log.epochs.length} epochs ${batches} were single batches; whole ones count.`);
  }
  return found.length > 0 ? found : ['The configs are the same; frameworks and random numbers differ.'];
}
