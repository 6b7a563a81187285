import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { builtInDatasets, imageCounts } from '@/lib/data/datasets.ts';
import type { WorkPhase } from '@/lib/run/phases.ts';
import { type Speed, speedKind } from '@/lib/work/estimate.ts';
import type { Pass } from '@/lib/work/run-work.ts';
import { TimeLeft } from './time-left.ts';

/** 10,000 images at 96 px, N = 30, augmented. */
const config = trainConfigSchema.parse({
  n_unfreeze: 30,
  image_size: 96,
  train_limit: 10_000,
  batch_size: 64,
  augment: true,
  epochs_stage1: 10,
  epochs_stage2: 8,
});
const images = imageCounts(config.train_limit, builtInDatasets.cifar10.size);
/** Milliseconds per image, measured on two cores. */
const recorded: Record<Pass, number> = {
  features: 0.917,
  head: 0.064,
  frozen: 0.713,
  finetune: 2.58,
  tail: 1.867,
  predict: 0.864,
};
const speedsAt = (factor: number): Speed[] =>
  Object.entries(recorded).map(([pass, milliseconds]) => ({
    pass: pass as Pass,
    ...speedKind(config),
    images: 1000,
    seconds: factor * milliseconds,
  }));

interface Report {
  phase: WorkPhase;
  estimate: number | null;
  /** Seconds actually left. */
  left: number;
  /** Seconds since the previous report. */
  passed: number;
}

/** Simulates a run at the recorded speeds that reports at most four times a second. */
function simulate(known: Speed[], { epochs = config.epochs_stage2 } = {}): Report[] {
  const timeLeft = new TimeLeft(config, images, { known, cacheLimit: 1e10 });
  const inCompleteBatches = 156 * 64;
  const evaluated = images.val + images.test;
  const steps: [WorkPhase, Pass, number][] = [
    ...inSteps('features', 'features', images.train + evaluated, 64),
    ...inSteps('head', 'head', images.train * config.epochs_stage1, 64),
    ...Array.from({ length: epochs }).flatMap((_, epoch) => [
      ...inSteps('finetune', 'finetune', inCompleteBatches, 64),
      ...(epoch === 0 ? inSteps('finetune', 'frozen', images.val, 64) : []),
      ...inSteps('finetune', 'predict', images.val, 100),
    ]),
    ...inSteps('evaluation', 'frozen', 2 * evaluated - images.val, 64),
    ...inSteps('evaluation', 'predict', 2 * evaluated, 100),
  ];
  const secondsOf = ([, pass, count]: (typeof steps)[number]) => (count * recorded[pass]) / 1000;
  let left = steps.reduce((sum, step) => sum + secondsOf(step), 0);
  const reports: Report[] = [];
  let [now, last] = [100, 0];
  for (const [index, step] of steps.entries()) {
    const [phase, pass, count] = step;
    const seconds = secondsOf(step);
    now += seconds;
    left -= seconds;
    timeLeft.advance(phase, pass, count, seconds);
    if (now - last >= 0.25) {
      reports.push({ phase, estimate: timeLeft.seconds(now), left, passed: last === 0 ? 0 : now - last });
      last = now;
    }
    if (steps[index + 1]?.[0] !== phase) timeLeft.finish(phase);
  }
  return reports;
}

const inSteps = (phase: WorkPhase, pass: Pass, total: number, batch: number) =>
  Array.from({ length: Math.ceil(total / batch) }, (_, index): [WorkPhase, Pass, number] => [
    phase,
    pass,
    Math.min(batch, total - index * batch),
  ]);

/** Deviation of each estimate from the previous one minus the time passed, as a share of the estimate. */
function jumpsOf(reports: Report[]): number[] {
  return reports.slice(1).flatMap(({ estimate, passed }, index) => {
    const before = reports[index]!.estimate;
    return estimate === null || before === null ? [] : Math.abs(estimate - (before - passed)) / Math.max(10, estimate);
  });
}

describe('TimeLeft', () => {
  it('counts down steadily if the machine is as fast as before', () => {
    const reports = simulate(speedsAt(1));
    for (const { estimate, left } of reports) expect(Math.abs(estimate! - left)).toBeLessThan(0.5 + 0.01 * left);
    for (const [index, { estimate }] of reports.entries()) {
      if (index > 0) expect(estimate).toBeLessThan(reports[index - 1]!.estimate!);
    }
  });

  it.each([0.5, 2])('converges without a jump if earlier runs took %f times as long', (factor) => {
    const reports = simulate(speedsAt(factor));
    expect(reports[0]!.estimate).toBeGreaterThan(Math.min(factor, 1) * 0.9 * reports[0]!.left);
    expect(Math.max(...jumpsOf(reports))).toBeLessThan(0.04);
    const later = reports.filter(({ phase }) => phase === 'finetune').slice(100);
    for (const { estimate, left } of later) expect(Math.abs(estimate! - left)).toBeLessThan(2 + 0.1 * left);
    expect(Math.abs(reports.at(-1)!.estimate! - reports.at(-1)!.left)).toBeLessThan(2);
  });

  it('has no estimate at first on an unmeasured machine, and then never more than twice the actual time', () => {
    const reports = simulate([]);
    expect(reports[0]!.estimate).toBeNull();
    expect(reports.findIndex(({ estimate }) => estimate !== null)).toBeLessThan(6);
    expect(Math.max(...jumpsOf(reports))).toBeLessThan(0.1);
    for (const { estimate, left } of reports.slice(6)) expect(estimate! / left).toBeLessThan(2);
  });

  it('drops once, by the epochs that early stopping skips', () => {
    const reports = simulate(speedsAt(1), { epochs: 3 });
    const at = reports.findIndex(({ phase }) => phase === 'evaluation');
    const drop = reports[at - 1]!.estimate! - reports[at]!.estimate!;
    const epoch = (156 * 64 * recorded.finetune + images.val * recorded.predict) / 1000;
    expect(drop).toBeGreaterThan(5 * epoch - 2);
    expect(drop).toBeLessThan(5 * epoch + 2);
    expect(Math.max(...jumpsOf(reports.slice(0, at)), ...jumpsOf(reports.slice(at)))).toBeLessThan(0.04);
  });

  it('returns the measured speeds of the run', () => {
    const timeLeft = new TimeLeft(config, images, { cacheLimit: 1e10 });
    timeLeft.advance('features', 'features', 64, 0.1);
    timeLeft.advance('features', 'features', 0, 0.2);
    expect(timeLeft.speeds()).toEqual([
      { pass: 'features', ...speedKind(config), images: 64, seconds: expect.closeTo(0.3) },
    ]);
  });
});
