import { describe, expect, it } from 'vitest';
import type { RunEventOf } from '@/lib/run-events.ts';
import { accuracy, learningRate, loss, onOneAxis, prepareCurves, prepareOverlay } from './prepare-curves.ts';

const epoch = (stage: 1 | 2, number: number, val_loss: number | null = 1): RunEventOf<'epoch'> => ({
  ...{ at: 1, type: 'epoch', stage, epoch: number, epochs: 3, seconds: 1, imagesPerSecond: 100 },
  metrics: { accuracy: 0.5, loss: 2, val_accuracy: 0.1 * number, val_loss, learning_rate: 1e-3 },
});
const both = [epoch(1, 1), epoch(1, 2), epoch(2, 1), epoch(2, 2, null)];

describe('prepareCurves', () => {
  it('puts stage 2 after stage 1 on one axis, with a rule between', () => {
    expect(onOneAxis(both)).toEqual([1, 2, 3, 4]);
    const { layout } = prepareCurves(both, accuracy, 'var(--run-0)');
    expect(layout.shapes).toMatchObject([{ x0: 2.5, x1: 2.5 }]);
    expect(prepareCurves(both.slice(0, 2), accuracy, 'var(--run-0)').layout.shapes).toEqual([]);
  });

  it('draws training dashed and validation solid, accuracies as percent', () => {
    const [train, validation] = prepareCurves(both, accuracy, 'var(--run-3)').traces;
    expect(train).toMatchObject({ name: 'training', y: [50, 50, 50, 50], line: { dash: expect.any(String) } });
    expect(validation).toMatchObject({ name: 'validation', y: [10, 20, 10, 20], line: { color: 'var(--run-3)' } });
    expect(validation!.line).not.toHaveProperty('dash');
  });

  it('leaves a gap where a figure was not a number', () => {
    expect(prepareCurves(both, loss, 'red').traces[1]!.y).toEqual([1, 1, 1, null]);
  });

  it('has one curve for the learning rate, on a logarithmic axis', () => {
    const { traces, layout } = prepareCurves(both, learningRate, 'red');
    expect(traces).toHaveLength(1);
    expect(layout.yaxis).toMatchObject({ type: 'log' });
  });

  it('keeps its axes while there is nothing to draw yet', () => {
    const { traces, layout } = prepareCurves([], accuracy, 'red');
    expect(traces.map(({ x }) => x)).toEqual([[], []]);
    expect(layout.xaxis).toMatchObject({ title: { text: 'epoch' } });
  });
});

describe('prepareOverlay', () => {
  it('has a validation curve for each run, in its colour', () => {
    const { traces } = prepareOverlay(
      [
        { name: 'a', colour: 'var(--run-1)', epochs: both },
        { name: 'b', colour: 'var(--run-2)', epochs: both.slice(0, 1) },
      ],
      accuracy,
    );
    expect(traces).toMatchObject([
      { name: 'a', x: [1, 2, 3, 4], line: { color: 'var(--run-1)' } },
      { name: 'b', x: [1], line: { color: 'var(--run-2)' } },
    ]);
  });
});
