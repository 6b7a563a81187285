'use client';

import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Segments } from '@/components/ui/segments.tsx';
import { useThrottledValue } from '@/components/ui/use-throttled-value.ts';
import { hasBatchEpochs } from '@/lib/compare/compared-run.ts';
import { completeEpochs } from '@/lib/logs/complete-epochs.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';
import type { Chart } from '@/lib/series/chart.ts';
import { runColour } from '@/lib/series/colours.ts';
import { bestEpochs, prepareAccuracy, prepareLearningRate, prepareLoss, prepareSpeed } from '@/lib/series/curves.ts';

/** Milliseconds. Head training may have ten epochs a second; drawing them all would take a core of its own. */
const drawInterval = 500;

const batchesInAddress = parseAsStringLiteral(['hidden', 'shown']).withDefault('hidden');

/** A run's curves, growing as it trains; nothing where it ended before its first epoch. */
export function RunCharts({ run }: { run: RunDetail }) {
  const colour = runColour(run);
  const { config, status } = run;
  // Progress comes four times a second and changes no curve.
  const events = useThrottledValue(run.events, isFinal(status) ? 0 : drawInterval);
  // In the address, as a comparison has it: whoever gets the link sees the same.
  const [batches, setBatches] = useQueryState('batches', batchesInAddress);
  const isHalved = useMemo(() => hasBatchEpochs({ status, config, events }), [status, config, events]);
  const { accuracy, loss, learningRate, speed, isEmpty, hasSpeed } = useMemo(() => {
    const epochs = batches === 'shown' ? eventsOf({ events }, 'epoch') : completeEpochs({ status, config, events });
    const best = bestEpochs(epochs, eventsOf({ events }, 'stage-ended'));
    const planned = isFinal(status) ? 0 : plannedEpochs({ config, events });
    return {
      accuracy: prepareAccuracy(epochs, { colour, planned, best }),
      loss: prepareLoss(epochs, { colour, planned, best }),
      learningRate: prepareLearningRate(epochs, { colour, planned }),
      speed: prepareSpeed(epochs, { colour, planned }),
      isEmpty: epochs.length === 0,
      // Logs of the original say nothing of it.
      hasSpeed: !isFinal(status) || epochs.some(({ imagesPerSecond }) => imagesPerSecond !== null),
    };
  }, [events, config, status, colour, batches]);
  // Four empty boxes would say no more than that there are none.
  if (isEmpty && isFinal(status)) return null;
  const none = isEmpty ? 'From the first epoch on.' : null;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {isHalved && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 lg:col-span-2">
          <p className="text-soft">
            Every other epoch of this log’s stage 2 trained on a single batch: its generator had run out.
          </p>
          <Segments
            label="Epochs"
            value={batches}
            onChange={setBatches}
            choices={{ hidden: 'Whole epochs', shown: 'Single batches too' }}
          />
        </div>
      )}
      <ChartCard title="Accuracy" chart={accuracy} height={256} instead={none} />
      <ChartCard title="Loss" chart={loss} height={256} instead={none} />
      <div className={hasSpeed ? 'min-w-0' : 'min-w-0 lg:col-span-2'}>
        <ChartCard title="Learning rate" chart={learningRate} height={168} instead={none} />
      </div>
      {hasSpeed && <ChartCard title="Speed" chart={speed} height={168} instead={none} />}
    </div>
  );
}

/** Epochs of both stages if none stops early; a stage that has ended counts with those it had. */
function plannedEpochs({ config, events }: Pick<RunDetail, 'config' | 'events'>): number {
  const first = eventsOf({ events }, 'epoch').filter(({ stage }) => stage === 1).length;
  const hasEnded = eventsOf({ events }, 'stage-ended').some(({ stage }) => stage === 1);
  return (hasEnded ? first : config.epochs_stage1) + config.epochs_stage2;
}

interface ChartCardProps {
  title: string;
  chart: Chart;
  height: number;
  /** Stands where the chart will be. */
  instead: string | null;
}

function ChartCard({ title, chart, height, instead }: ChartCardProps) {
  return (
    <Card title={title}>
      {/* The legend stands in the title's row. */}
      <div className="-mt-7">
        {instead === null ? (
          <Plot chart={chart} height={height} />
        ) : (
          <figure
            aria-label={chart.description}
            className="grid place-items-center text-faint text-sm"
            style={{ height }}
          >
            {instead}
          </figure>
        )}
      </div>
    </Card>
  );
}
