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

/** Milliseconds between redraws. Head training can run ten epochs a second; drawing them all would occupy a core. */
const drawInterval = 500;

const batchesInUrl = parseAsStringLiteral(['hidden', 'shown']).withDefault('hidden');

/** A run's curves, updated while it trains; nothing if it ended before its first epoch. */
export function RunCharts({ run }: { run: RunDetail }) {
  const colour = runColour(run);
  const { config, logFacts, status } = run;
  // Progress arrives four times a second and changes no curve.
  const events = useThrottledValue(run.events, isFinal(status) ? 0 : drawInterval);
  // In the URL, so that links reproduce it.
  const [batches, setBatches] = useQueryState('batches', batchesInUrl);
  const hasBatches = useMemo(
    () => hasBatchEpochs({ status, config, logFacts, events }),
    [status, config, logFacts, events],
  );
  const { accuracy, loss, learningRate, speed, isEmpty, hasRates, hasSpeed } = useMemo(() => {
    const epochs =
      batches === 'shown' ? eventsOf({ events }, 'epoch') : completeEpochs({ status, config, logFacts, events });
    const best = bestEpochs(epochs, eventsOf({ events }, 'stage-ended'));
    const planned = isFinal(status) ? 0 : plannedEpochs({ config, events });
    return {
      accuracy: prepareAccuracy(epochs, { colour, planned, best }),
      loss: prepareLoss(epochs, { colour, planned, best }),
      learningRate: prepareLearningRate(epochs, { colour, planned }),
      speed: prepareSpeed(epochs, { colour, planned }),
      isEmpty: epochs.length === 0,
      // Logs of the original script have no speed, and some no learning rates.
      hasRates: !isFinal(status) || epochs.some(({ metrics }) => metrics.learning_rate !== null),
      hasSpeed: !isFinal(status) || epochs.some(({ imagesPerSecond }) => imagesPerSecond !== null),
    };
  }, [events, config, logFacts, status, colour, batches]);
  if (isEmpty && isFinal(status)) return null;
  const placeholder = isEmpty ? 'Appears after the first epoch.' : null;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {hasBatches && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 lg:col-span-2">
          <p className="text-soft">
            Every other stage 2 epoch of this log trained on a single batch because its data generator had run out.
          </p>
          <Segments
            label="Epochs"
            value={batches}
            onChange={setBatches}
            choices={{ hidden: 'Complete epochs', shown: 'Include single batches' }}
          />
        </div>
      )}
      <ChartCard title="Accuracy" chart={accuracy} height={256} placeholder={placeholder} />
      <ChartCard title="Loss" chart={loss} height={256} placeholder={placeholder} />
      {hasRates && (
        <div className={hasSpeed ? 'min-w-0' : 'min-w-0 lg:col-span-2'}>
          <ChartCard title="Learning rate" chart={learningRate} height={168} placeholder={placeholder} />
        </div>
      )}
      {hasSpeed && <ChartCard title="Speed" chart={speed} height={168} placeholder={placeholder} />}
    </div>
  );
}

/** Epochs of both stages if none stops early; if stage 1 has ended, its actual number. */
function plannedEpochs({ config, events }: Pick<RunDetail, 'config' | 'events'>): number {
  const stage1Epochs = eventsOf({ events }, 'epoch').filter(({ stage }) => stage === 1).length;
  const hasEnded = eventsOf({ events }, 'stage-ended').some(({ stage }) => stage === 1);
  return (hasEnded ? stage1Epochs : config.epochs_stage1) + config.epochs_stage2;
}

interface ChartCardProps {
  title: string;
  chart: Chart;
  height: number;
  /** Shown instead of the chart; null shows the chart. */
  placeholder: string | null;
}

function ChartCard({ title, chart, height, placeholder }: ChartCardProps) {
  return (
    <Card title={title}>
      {/* The legend is in the title's row. */}
      <div className="-mt-7">
        {placeholder === null ? (
          <Plot chart={chart} height={height} />
        ) : (
          <figure
            aria-label={chart.description}
            className="grid place-items-center text-faint text-sm"
            style={{ height }}
          >
            {placeholder}
          </figure>
        )}
      </div>
    </Card>
  );
}
