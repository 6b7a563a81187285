import { describe, expect, it } from 'vitest';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { Chart, LineSeries } from './chart.ts';
import {
  axisEnd,
  bestEpochs,
  placeOnAxis,
  prepareAccuracy,
  prepareLearningRate,
  prepareLoss,
  prepareSpeed,
} from './curves.ts';

const epoch = (stage: 1 | 2, number: number, val_accuracy: number | null): RunEventOf<'epoch'> => ({
  at: 0,
  type: 'epoch',
  stage,
  epoch: number,
  epochs: 2,
  seconds: 1,
  imagesPerSecond: 1,
  metrics: { accuracy: 0.5, loss: 1.25, val_accuracy, val_loss: 1.5, learning_rate: stage === 1 ? 0.01 : 0.0001 },
});
const linesOf = ({ series }: Chart) => series.filter((each): each is LineSeries => each.kind === 'line');
const epochs = [epoch(1, 1, 0.25), epoch(1, 2, 0.5), epoch(2, 1, null), epoch(2, 2, 0.75)];
const options = { colour: 'var(--run-0)' as const, planned: 0, best: [] };

describe('prepareAccuracy', () => {
  const chart = prepareAccuracy(epochs, { ...options, best: [{ stage: 2, epoch: 2 }] });
  const [train, validation] = linesOf(chart);

  it('places both stages on one epoch axis, with a gap at the rule between them', () => {
    expect(epochs.map(placeOnAxis(epochs))).toEqual([1, 2, 3, 4]);
    expect(validation?.x).toEqual([1, 2, 2.5, 3, 4]);
    expect(validation?.y).toEqual([25, 50, null, null, 75]);
    expect(chart.rules.map(({ x, style }) => [x, style])).toEqual([[2.5, 'dotted']]);
    expect(chart.notes.map(({ text, side }) => [text, side])).toEqual([
      ['stage 1', 'left'],
      ['stage 2', 'right'],
    ]);
    expect([chart.x, chart.y]).toMatchObject([
      { title: 'epoch', domain: [0.5, 4.5], ticks: 'integer' },
      { title: 'accuracy, %', scale: 'linear' },
    ]);
  });

  it('draws training dashed and validation solid', () => {
    expect([train?.name, train?.style]).toEqual(['training', 'dashed']);
    expect([validation?.name, validation?.style]).toEqual(['validation', 'solid']);
    expect(chart.hasLegend).toBe(true);
  });

  it('shows markers on training only if a stage has a single epoch', () => {
    const markers = [epochs, epochs.slice(0, 3)].map((some) => linesOf(prepareAccuracy(some, options))[0]?.markers);
    expect(markers).toEqual([null, { shape: 'circle', size: 5 }]);
  });

  it('labels each point with its value, in percent', () => {
    expect(validation?.labels).toEqual(['25.00', '50.00', '', '', '75.00']);
    expect(validation?.hasNamedLabels).toBe(true);
  });

  it('rings the best epoch', () => {
    expect(chart.series[2]).toMatchObject({ kind: 'points', style: 'ring', points: [{ x: 4, y: 75 }] });
  });

  it('describes its contents', () => {
    expect(chart.description).toContain('4 epochs, validation now 75.00');
    expect(prepareAccuracy([], options).description).toContain('no values yet');
  });

  it('has no rule with a single stage, and has axes before the first epoch', () => {
    expect(prepareAccuracy(epochs.slice(0, 2), options).rules).toEqual([]);
    const none = prepareAccuracy([], options);
    expect(linesOf(none).map(({ x }) => x)).toEqual([[], []]);
    expect(none.x.title).toBe('epoch');
  });
});

describe('prepareLoss and prepareLearningRate', () => {
  it('show values unscaled', () => {
    expect(linesOf(prepareLoss(epochs, options))[0]?.y).toEqual([1.25, 1.25, null, 1.25, 1.25]);
    const rate = prepareLearningRate(epochs, options);
    expect(rate.series).toMatchObject([
      {
        y: [0.01, 0.01, null, 0.0001, 0.0001],
        labels: ['1e-2', '1e-2', '', '1e-4', '1e-4'],
        hasNamedLabels: false,
        isStepped: true,
      },
    ]);
    expect(rate.y).toMatchObject({ scale: 'log', ticks: 'power' });
  });
});

describe('prepareSpeed', () => {
  it('shows images per second of both stages', () => {
    const { series, y, description } = prepareSpeed(epochs, options);
    expect(series).toMatchObject([{ y: [1, 1, null, 1, 1] }]);
    expect(series).toMatchObject([{ labels: { 0: '1 images/s' } }]);
    expect(y).toMatchObject({ scale: 'log', ticks: 'prefix' });
    expect(description).toContain('now 1');
  });
});

describe('bestEpochs', () => {
  const withLoss = (stage: 1 | 2, number: number, val_loss: number | null) => {
    const { metrics, ...rest } = epoch(stage, number, 0.5);
    return { ...rest, metrics: { ...metrics, val_loss } };
  };

  it('uses validation loss until the trainer has reported the best epoch', () => {
    const losses = [withLoss(1, 1, 2), withLoss(1, 2, 1), withLoss(1, 3, 1), withLoss(2, 1, null), withLoss(2, 2, 3)];
    const found = (stageEnds: Parameters<typeof bestEpochs>[1]) =>
      bestEpochs(losses, stageEnds).map((each) => [each.stage, each.epoch]);
    expect(found([])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(found([{ stage: 1, bestEpoch: 3 }])).toEqual([
      [1, 3],
      [2, 2],
    ]);
  });

  it('returns none without a validation loss', () => {
    expect(bestEpochs([withLoss(1, 1, null)], [])).toEqual([]);
    expect(bestEpochs([], [])).toEqual([]);
  });
});

describe('axisEnd', () => {
  it.each([
    [0, 20, 20],
    [3, 8, 8],
    [1, 130, 20],
    [14, 130, 30],
    [128, 130, 130],
    [7, 0, 7],
    [0, 0, 1],
  ])('%s of %s planned epochs end the axis at %s', (done, planned, end) => {
    expect(axisEnd(done, planned)).toBe(end);
  });
});
