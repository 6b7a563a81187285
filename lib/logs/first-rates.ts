import { shortestSingle } from './imported-config.ts';
import { findSections } from './log-sections.ts';
import { type Curve, readCurve } from './read-curve.ts';

/** The learning rate that a stage started with; null if its curve has none. Each epoch logs its own, before reductions. */
export function firstRate(curve: Curve | null): number | null {
  const rate = curve?.learning_rate[0] ?? null;
  return rate === null ? null : shortestSingle(rate);
}

/** The learning rates that a log's curves determine; null without such curves. */
export function firstRates(log: unknown): Record<'lr_stage1' | 'lr_stage2', number | null> {
  const rates = { lr_stage1: null, lr_stage2: null };
  try {
    const { stages } = findSections(log, []);
    const rateOf = (stage: 1 | 2) =>
      firstRate(readCurve(stages[stage]?.section, { place: '', validationFreq: null, notes: [] }));
    return { lr_stage1: rateOf(1), lr_stage2: rateOf(2) };
  } catch {
    // A config without curves or results is no log.
    return rates;
  }
}
