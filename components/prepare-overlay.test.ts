import { describe, expect, it } from 'vitest';
import type { RunEventOf } from '@/lib/run-events.ts';
import { prepareOverlay } from './prepare-overlay.ts';

const epoch = (stage: 1 | 2, number: number, val_accuracy: number | null): RunEventOf<'epoch'> => ({
  ...{ at: 0, type: 'epoch', stage, epoch: number, epochs: 2, seconds: 1, imagesPerSecond: 1 },
  metrics: { accuracy: 0.5, loss: 1.25, val_accuracy, val_loss: 1.5, learning_rate: 0.001 },
});
const epochs = [epoch(1, 1, 0.25), epoch(1, 2, 0.5), epoch(2, 1, null), epoch(2, 2, 0.75)];

describe('prepareOverlay', () => {
  const { traces, layout, description } = prepareOverlay([
    { name: '<b>a</b>', colour: 'var(--run-1)', epochs },
    { name: 'b'.repeat(40), colour: 'var(--run-2)', epochs: epochs.slice(0, 1) },
  ]);

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

  it('takes names as text, cut where they are long', () => {
    expect(traces.map(({ name }) => name)).toEqual(['&lt;b&gt;a&lt;/b&gt;', `${'b'.repeat(27)}…`]);
    expect(description).toContain('<b>a</b>');
  });

  it('draws nothing where there is nothing', () => {
    expect(prepareOverlay([])).toMatchObject({ traces: [], description: 'No run to draw yet.' });
  });
});
