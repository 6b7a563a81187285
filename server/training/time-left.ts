import { blocks, type Convolution, frozenBlockCount, kernelShape } from '../../lib/mobilenet-v2.ts';
import type { TrainConfig } from '../../lib/train-config.ts';

/** A training step of the tail costs this many forward passes of the same blocks as frozen ones. Measured at N = 30. */
const trainingCost = 3.5;

/** Multiplications for one image in each block. */
function blockCosts(imageSize: number): number[] {
  let side = imageSize;
  const cost = (convolution: Convolution): number => {
    side /= convolution.stride;
    return side * side * kernelShape(convolution).reduce((product, length) => product * length);
  };
  return blocks.map((block) => block.convolutions.reduce((total, each) => total + cost(each), 0));
}

/** What a fine-tuning step costs an image, in units of one frozen forward pass. */
function fineTuningCost({ image_size, n_unfreeze }: TrainConfig): number {
  const costs = blockCosts(image_size);
  const total = (list: number[]) => list.reduce((sum, cost) => sum + cost, 0);
  const cut = frozenBlockCount(n_unfreeze);
  return (total(costs.slice(0, cut)) + trainingCost * total(costs.slice(cut))) / total(costs);
}

type Part = 'features' | 'head' | 'finetune' | 'evaluation';

/** How long a run still takes if every epoch runs: what is left of each part by its measured speed, or by its neighbour's. */
export class TimeLeft {
  /** Work left and done, in images that pass, and the seconds that what is done has taken. */
  private readonly parts: Record<Part, { left: number; done: number; seconds: number }>;
  private readonly relativeCost: Record<Part, number>;

  constructor(config: TrainConfig, images: { train: number; val: number; test: number }, onFeatures: boolean) {
    const part = (left: number) => ({ left, done: 0, seconds: 0 });
    const evaluated = images.val + images.test;
    this.parts = {
      features: part(images.train + evaluated),
      head: part(images.train * config.epochs_stage1),
      finetune: part(images.train * config.epochs_stage2),
      evaluation: part(evaluated * (frozenBlockCount(config.n_unfreeze) === blocks.length ? 1 : 2)),
    };
    const head = 0.005;
    this.relativeCost = { features: 1, head, finetune: onFeatures ? head : fineTuningCost(config), evaluation: 1.1 };
  }

  /** Counts `images` more as done, which took so many seconds; what a part had beyond that stays to be done. */
  advance(part: Part, images: number, seconds: number): void {
    const entry = this.parts[part];
    entry.left = Math.max(0, entry.left - images);
    entry.done += images;
    entry.seconds += seconds;
  }

  /** A part is over, sooner than planned or on time. */
  finish(part: Part): void {
    this.parts[part].left = 0;
  }

  /** Null while nothing was measured that could tell. */
  seconds(): number | null {
    let total = 0;
    for (const [part, { left }] of Object.entries(this.parts) as [Part, { left: number }][]) {
      if (left === 0) continue;
      const cost = this.secondsPerImage(part);
      if (cost === null) return null;
      total += left * cost;
    }
    return total;
  }

  private secondsPerImage(part: Part): number | null {
    const own = this.parts[part];
    if (own.done > 0) return own.seconds / own.done;
    for (const other of ['finetune', 'features'] as const) {
      const { done, seconds } = this.parts[other];
      if (done > 0) return ((seconds / done) * this.relativeCost[part]) / this.relativeCost[other];
    }
    return null;
  }
}
