import { describe, expect, it } from 'vitest';
import type { Chart, LineSeries } from './chart.ts';
import { type OverlaidRun, type OverlayOptions, prepareOverlay } from './overlay.ts';

const run: OverlaidRun = { name: '<b>a</b>', colour: 'var(--run-1)', stage1: [0.25, 0.5], stage2: [null, 0.75] };
const short: OverlaidRun = { name: 'b'.repeat(40), colour: 'var(--run-2)', stage1: [0.25], stage2: [] };
const options: OverlayOptions = { metric: 'val_accuracy', stage: 'both', smoothing: 0, logarithmic: false };

const linesOf = ({ series }: Chart) => series as LineSeries[];

describe('prepareOverlay', () => {
  const chart = prepareOverlay([run, short], options);
  const lines = linesOf(chart);

  it('has a line for each run in its colour, with both stages on one axis that fits the longest run', () => {
    expect(lines.map(({ x, y, colour }) => ({ x, y, colour }))).toEqual([
      { x: [1, 2, 3, 4], y: [25, 50, null, 75], colour: 'var(--run-1)' },
      { x: [1], y: [25], colour: 'var(--run-2)' },
    ]);
    expect(chart.x.domain).toEqual([0.5, 4.5]);
    expect(lines[0]!.labels).toEqual(['25.00 %', '50.00 %', '', '75.00 %']);
  });

  it('marks the start of fine-tuning', () => {
    expect(lines.map(({ markers }) => markers)).toEqual([
      { shape: 'diamond', size: [4, 4, 9, 4] },
      { shape: 'diamond', size: [4] },
    ]);
  });

  it('draws a single stage', () => {
    const valuesOf = (stage: 'stage1' | 'stage2') =>
      linesOf(prepareOverlay([run, short], { ...options, stage })).map(({ y }) => y);
    expect(valuesOf('stage1')).toEqual([[25, 50], [25]]);
    expect(valuesOf('stage2')).toEqual([[null, 75], []]);
  });

  it('smooths each stage separately', () => {
    const [line] = linesOf(prepareOverlay([{ ...run, stage2: [0.75, 0.75] }], { ...options, smoothing: 0.5 }));
    expect(line!.y.slice(2)).toEqual([75, 75]);
    expect(line!.y[1]).toBeCloseTo((0.25 * 25 + 0.5 * 50) / 0.75, 10);
  });

  it('shows losses and rates unscaled, rates on a logarithmic axis', () => {
    const rates = prepareOverlay([{ ...run, stage2: [1e-5] }], { ...options, metric: 'learning_rate' });
    expect(linesOf(rates)[0]).toMatchObject({ y: [0.25, 0.5, 1e-5], labels: ['2.5e-1', '5e-1', '1e-5'] });
    expect(rates.y.scale).toBe('log');
    expect(prepareOverlay([run], { ...options, metric: 'loss' }).y.scale).toBe('linear');
  });

  it('treats names as plain text and shortens long ones', () => {
    expect(lines.map(({ name }) => name)).toEqual(['<b>a</b>', `${'b'.repeat(27)}…`]);
    expect(chart.description).toContain('<b>a</b>');
  });

  it('draws many runs as plain lines, with hover labels for the nearest point only', () => {
    const many = prepareOverlay(new Array(13).fill(run), options);
    expect([linesOf(many)[0]!.markers, many.hover]).toEqual([null, 'nearest']);
    expect(linesOf(many)[0]!.labels[1]).toBe('<b>a</b>\nepoch 2: 50.00 %');
    expect(many.description).toBe('Validation accuracy by epoch of 13 runs.');
  });

  it('is empty without runs', () => {
    expect(prepareOverlay([], options)).toMatchObject({ series: [], description: 'No runs to plot yet.' });
  });
});
