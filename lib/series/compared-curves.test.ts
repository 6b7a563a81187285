import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
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
const one = curve('<i>one</i>', [0.25, 0.5, null, 0.75]);

describe('prepareComparedCurves', () => {
  it('draws a figure of each run by epoch, names as text, and where fine-tuning begins', () => {
    const { traces, layout, description } = prepareComparedCurves([[one], [curve('two', [0.5])]], options);
    expect(traces.map(({ name, x, y }) => ({ name, x, y }))).toEqual([
      { name: '&lt;i&gt;one&lt;/i&gt;', x: [1, 2, 3, 4], y: [25, 50, null, 75] },
      { name: 'two', x: [1], y: [50] },
    ]);
    expect(layout.shapes).toMatchObject([{ x0: 2.5, line: { color: 'var(--run-1)', dash: 'dot' } }]);
    expect(description).toBe('validation accuracy by epoch: <i>one</i> (last 75.00), two (last 50.00).');
  });

  it('counts steps, of which augmented epochs have whole ones only, and time in its unit', () => {
    const augmented = curve('aug', [0.25, 0.5, 0.5, 0.75], { augment: true });
    const steps = prepareComparedCurves([[one], [augmented]], { ...options, x: 'step' });
    expect(steps.traces.map(({ x }) => x)).toEqual([
      [10, 20, 30, 40],
      [10, 20, 29, 38],
    ]);
    const time = prepareComparedCurves([[one]], { ...options, x: 'time' });
    expect(time.traces[0]!.x).toEqual([2, 4, 404, 804].map((seconds) => seconds / 60));
    expect(time.layout.xaxis).toMatchObject({ title: { text: 'training time, min' } });
    const short = prepareComparedCurves([[curve('two', [0.5, 0.6])]], { ...options, x: 'time' });
    expect(short.traces[0]!.x).toEqual([2, 4]);
  });

  it('smooths each stage by itself, with the values themselves faint behind', () => {
    const { traces } = prepareComparedCurves([[curve('a', [0.2, 0.5, 0.4, 0.7])]], { ...options, smooth: 0.5 });
    expect(traces).toHaveLength(2);
    expect(traces[0]).toMatchObject({ y: [20, 50, 40, 70], opacity: 0.3, hoverinfo: 'skip' });
    expect(traces[1]!.y.map((value) => value!.toFixed(6))).toEqual([
      '20.000000',
      '40.000000',
      '40.000000',
      '60.000000',
    ]);
  });

  it('draws runs that differ only in seed as their mean and spread', () => {
    const group = [curve('s', [0.25, 0.5]), curve('s', [0.75, 0.5]), curve('s', [0.5])] as const;
    const { traces } = prepareComparedCurves([group], options);
    expect(traces.map(({ y, fill }) => ({ y, fill }))).toEqual([
      { y: [25, 50], fill: undefined },
      { y: [75, 50], fill: 'tonexty' },
      { y: [50, 50], fill: undefined },
    ]);
    expect(traces[2]!.name).toBe('s, 3 seeds');
  });

  it('has a logarithmic axis on request, and says where there is nothing', () => {
    expect(prepareComparedCurves([[one]], { ...options, y: 'log' }).layout.yaxis).toMatchObject({ type: 'log' });
    expect(prepareComparedCurves([], options).description).toBe('No run to draw yet.');
  });
});
