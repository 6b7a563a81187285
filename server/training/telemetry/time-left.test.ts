import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { builtInDatasets, imageCounts } from '@/lib/data/datasets.ts';
import { type Speed, speedKind } from '@/lib/work/estimate.ts';
import type { Pass, WorkPhase } from '@/lib/work/run-work.ts';
import { TimeLeft } from './time-left.ts';

/** As it was measured on two cores: 10,000 images at 96 px, N = 30, augmented. Milliseconds an image. */
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
  told: number | null;
  /** What was truly left. */
  left: number;
  /** Seconds since the report before. */
  passed: number;
}

/** A run at the recorded speeds that tells four times a second, as far as its steps allow. */
function follow(known: Speed[], { epochs = config.epochs_stage2 } = {}): Report[] {
  const timeLeft = new TimeLeft(config, images, { known, cacheLimit: 1e10 });
  const wholeBatches = 156 * 64;
  const evaluated = images.val + images.test;
  const steps: [WorkPhase, Pass, number][] = [
    ...inSteps('features', 'features', images.train + evaluated, 64),
    ...inSteps('head', 'head', images.train * config.epochs_stage1, 64),
    ...Array.from({ length: epochs }).flatMap((_, epoch) => [
      ...inSteps('finetune', 'finetune', wholeBatches, 64),
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
      reports.push({ phase, told: timeLeft.seconds(now), left, passed: last === 0 ? 0 : now - last });
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

/** How far each report is from where the clock had led since the one before; relative to what it says, in shares. */
function jumpsOf(reports: Report[]): number[] {
  return reports.slice(1).flatMap(({ told, passed }, index) => {
    const before = reports[index]!.told;
    return told === null || before === null ? [] : Math.abs(told - (before - passed)) / Math.max(10, told);
  });
}

describe('the time left', () => {
  it('runs like a clock where the machine is as fast as before', () => {
    const reports = follow(speedsAt(1));
    for (const { told, left } of reports) expect(Math.abs(told! - left)).toBeLessThan(0.5 + 0.01 * left);
    for (const [index, { told }] of reports.entries()) {
      if (index > 0) expect(told).toBeLessThan(reports[index - 1]!.told!);
    }
  });

  it.each([0.5, 2])('comes to the truth without a jump where earlier runs took %f as long', (factor) => {
    const reports = follow(speedsAt(factor));
    expect(reports[0]!.told).toBeGreaterThan(Math.min(factor, 1) * 0.9 * reports[0]!.left);
    expect(Math.max(...jumpsOf(reports))).toBeLessThan(0.04);
    const later = reports.filter(({ phase }) => phase === 'finetune').slice(100);
    for (const { told, left } of later) expect(Math.abs(told! - left)).toBeLessThan(2 + 0.1 * left);
    expect(Math.abs(reports.at(-1)!.told! - reports.at(-1)!.left)).toBeLessThan(2);
  });

  it('on a machine that nothing is known of, says nothing at first, then no more than it can learn', () => {
    const reports = follow([]);
    expect(reports[0]!.told).toBeNull();
    expect(reports.findIndex(({ told }) => told !== null)).toBeLessThan(6);
    expect(Math.max(...jumpsOf(reports))).toBeLessThan(0.1);
    for (const { told, left } of reports.slice(6)) expect(told! / left).toBeLessThan(2);
  });

  it('falls once, by the epochs that early stopping leaves out', () => {
    const reports = follow(speedsAt(1), { epochs: 3 });
    const at = reports.findIndex(({ phase }) => phase === 'evaluation');
    const fall = reports[at - 1]!.told! - reports[at]!.told!;
    const epoch = (156 * 64 * recorded.finetune + images.val * recorded.predict) / 1000;
    expect(fall).toBeGreaterThan(5 * epoch - 2);
    expect(fall).toBeLessThan(5 * epoch + 2);
    expect(Math.max(...jumpsOf(reports.slice(0, at)), ...jumpsOf(reports.slice(at)))).toBeLessThan(0.04);
  });

  it('knows how fast the run was, of what it did', () => {
    const timeLeft = new TimeLeft(config, images, { cacheLimit: 1e10 });
    timeLeft.advance('features', 'features', 64, 0.1);
    timeLeft.advance('features', 'features', 0, 0.2);
    expect(timeLeft.speeds()).toEqual([
      { pass: 'features', ...speedKind(config), images: 64, seconds: expect.closeTo(0.3) },
    ]);
  });
});
