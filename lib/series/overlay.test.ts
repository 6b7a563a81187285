import { describe, expect, it } from 'vitest';
import { type OverlaidRun, type OverlayOptions, prepareOverlay } from './overlay.ts';

const run: OverlaidRun = { name: '<b>a</b>', colour: 'var(--run-1)', stage1: [0.25, 0.5], stage2: [null, 0.75] };
const short: OverlaidRun = { name: 'b'.repeat(40), colour: 'var(--run-2)', stage1: [0.25], stage2: [] };
const options: OverlayOptions = { metric: 'val_accuracy', stage: 'both', smoothing: 0, logarithmic: false };

describe('prepareOverlay', () => {
  const { traces, layout, description } = prepareOverlay([run, short], options);

  it('has a line for each run in its colour, both stages on one axis as long as the longest', () => {
    expect(traces.map(({ x, y, line }) => ({ x, y, colour: line?.color }))).toEqual([
      { x: [1, 2, 3, 4], y: [25, 50, null, 75], colour: 'var(--run-1)' },
      { x: [1], y: [25], colour: 'var(--run-2)' },
    ]);
    expect(layout.xaxis).toMatchObject({ range: [0.5, 4.5] });
  });

  it('marks where fine-tuning begins', () => {
    expect(traces.map(({ marker }) => marker.size)).toEqual([[4, 4, 9, 4], [4]]);
  });

  it('draws one stage alone', () => {
    const ofStage = (stage: 'stage1' | 'stage2') =>
      prepareOverlay([run, short], { ...options, stage }).traces.map(({ y }) => y);
    expect(ofStage('stage1')).toEqual([[25, 50], [25]]);
    expect(ofStage('stage2')).toEqual([[null, 75], []]);
  });

  it('smooths each stage for itself', () => {
    const [trace] = prepareOverlay([{ ...run, stage2: [0.75, 0.75] }], { ...options, smoothing: 0.5 }).traces;
    expect(trace!.y.slice(2)).toEqual([75, 75]);
    expect(trace!.y[1]).toBeCloseTo((0.25 * 25 + 0.5 * 50) / 0.75, 10);
  });

  it('shows losses and rates as they are, rates on a logarithmic axis', () => {
    const figure = prepareOverlay([{ ...run, stage2: [1e-5] }], { ...options, metric: 'learning_rate' });
    expect(figure.traces[0]!.y).toEqual([0.25, 0.5, 1e-5]);
    expect(figure.layout.yaxis).toMatchObject({ type: 'log' });
    expect(prepareOverlay([run], { ...options, metric: 'loss' }).layout.yaxis).not.toHaveProperty('type');
  });

  it('takes names as text, cut where they are long', () => {
    expect(traces.map(({ name }) => name)).toEqual(['&lt;b&gt;a&lt;/b&gt;', `${'b'.repeat(27)}…`]);
    expect(description).toContain('<b>a</b>');
  });

  it('draws many as plain lines, with a hover for the nearest alone', () => {
    const many = prepareOverlay(new Array(13).fill(run), options);
    expect([many.traces[0]!.mode, many.layout.hovermode]).toEqual(['lines', 'closest']);
    expect(many.description).toBe('Validation accuracy by epoch of 13 runs.');
  });

  it('draws nothing where there is nothing', () => {
    expect(prepareOverlay([], options)).toMatchObject({ traces: [], description: 'No run to draw yet.' });
  });
});
