import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { Chart, LineSeries } from './chart.ts';
import { type ComparedCurve, prepareComparedCurves } from './compared-curves.ts';

const epoch = (stage: 1 | 2, number: number, val_accuracy: number | null): RunEventOf<'epoch'> => ({
  at: 0,
  type: 'epoch',
  stage,
  epoch: number,
  epochs: 2,
  seconds: stage === 1 ? 2 : 400,
  imagesPerSecond: 50,
  metrics: { accuracy: 0.5, loss: 1.25, val_accuracy, val_loss: 1.5, learning_rate: 0.001 },
});
const curve = (name: string, accuracies: (number | null)[], input: TrainConfigInput = {}): ComparedCurve => ({
  name,
  colour: 'var(--run-1)',
  config: trainConfigSchema.parse({ name, batch_size: 100, ...input }),
  epochs: accuracies.map((accuracy, index) =>
    index < 2 ? epoch(1, index + 1, accuracy) : epoch(2, index - 1, accuracy),
  ),
  trainImages: 950,
});
const options = { metric: 'val_accuracy', x: 'epoch', y: 'linear', smooth: 0 } as const;
const linesOf = ({ series }: Chart) => series.filter((each): each is LineSeries => each.kind === 'line');
const one = curve('<i>one</i>', [0.25, 0.5, null, 0.75]);

describe('prepareComparedCurves', () => {
  it('draws a quantity of each run by epoch, treats names as plain text and marks the start of fine-tuning', () => {
    const chart = prepareComparedCurves([[one], [curve('two', [0.5])]], options);
    expect(linesOf(chart).map(({ name, x, y, labels }) => ({ name, x, y, labels }))).toEqual([
      { name: '<i>one</i>', x: [1, 2, 3, 4], y: [25, 50, null, 75], labels: ['25.00', '50.00', '', '75.00'] },
      { name: 'two', x: [1], y: [50], labels: ['50.00'] },
    ]);
    expect(chart.rules).toEqual([{ x: 2.5, colour: 'var(--run-1)', style: 'dotted' }]);
    expect(chart.notes).toMatchObject([{ text: 'fine-tuning', x: 2.5, y: 'top', side: 'right' }]);
    expect([chart.x.title, chart.y.title, chart.hover]).toEqual(['epoch', 'validation accuracy, %', 'same x']);
    expect(chart.description).toBe('validation accuracy by epoch: <i>one</i> (last 75.00), two (last 50.00).');
  });

  it('counts steps, without the incomplete batch of augmented epochs, and shows long times in minutes', () => {
    const augmented = curve('aug', [0.25, 0.5, 0.5, 0.75], { augment: true });
    const steps = prepareComparedCurves([[one], [augmented]], { ...options, x: 'step' });
    expect(linesOf(steps).map(({ x }) => x)).toEqual([
      [10, 20, 30, 40],
      [10, 20, 29, 38],
    ]);
    const time = prepareComparedCurves([[one]], { ...options, x: 'time' });
    expect(linesOf(time)[0]!.x).toEqual([2, 4, 404, 804].map((seconds) => seconds / 60));
    expect(linesOf(time)[0]!.labels[3]).toBe('75.00 at 13.4');
    expect(time.x).toMatchObject({ title: 'training time, min', ticks: 'short' });
    expect(time.hover).toBe('nearest');
    const short = prepareComparedCurves([[curve('two', [0.5, 0.6])]], { ...options, x: 'time' });
    expect(linesOf(short)[0]!.x).toEqual([2, 4]);
  });

  it('smooths each stage separately and keeps the unsmoothed values', () => {
    const chart = prepareComparedCurves([[curve('a', [0.2, 0.5, 0.4, 0.7])]], { ...options, smooth: 0.5 });
    const [line] = linesOf(chart);
    expect(line!.unsmoothed).toEqual([20, 50, 40, 70]);
    expect(line!.y.map((value) => value!.toFixed(6))).toEqual(['20.000000', '40.000000', '40.000000', '60.000000']);
  });

  it('draws runs that differ only in their seed as mean and spread', () => {
    const group = [curve('s', [0.25, 0.5]), curve('s', [0.75, 0.5]), curve('s', [0.5])] as const;
    expect(prepareComparedCurves([group], options).series).toMatchObject([
      { name: 's, 3 seeds', y: [50, 50], band: { low: [25, 50], high: [75, 50] } },
    ]);
  });

  it('has a logarithmic axis on request, and describes an empty chart', () => {
    expect(prepareComparedCurves([[one]], { ...options, y: 'log' }).y).toMatchObject({ scale: 'log', ticks: 'short' });
    expect(prepareComparedCurves([], options).description).toBe('No runs to plot yet.');
  });
});
