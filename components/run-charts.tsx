'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RunDetail } from '@/lib/run.ts';
import { isFinal } from '@/lib/run-status.ts';
import { Card } from './card.tsx';
import type { Figure, Token } from './figure.ts';
import { Plot } from './plot.tsx';
import { prepareAccuracy, prepareLearningRate, prepareLoss } from './prepare-curves.ts';
import { eventsOf } from './reduce-run.ts';
import { assignRunColours } from './run-colour.ts';
import { useTRPC } from './trpc.ts';

/** A run's curves, growing as it trains. */
export function RunCharts({ run }: { run: RunDetail }) {
  const colour = useRunColour(run.id);
  const { events, config, status } = run;
  // Progress comes four times a second and changes no curve.
  const [accuracy, loss, learningRate] = useMemo(() => {
    const epochs = eventsOf({ events }, 'epoch');
    const kept = eventsOf({ events }, 'stage-ended').map(({ stage, bestEpoch }) => ({ stage, epoch: bestEpoch }));
    const planned = isFinal(status) ? 0 : plannedEpochs({ config, events });
    return [
      prepareAccuracy(epochs, { colour, planned, kept }),
      prepareLoss(epochs, { colour, planned, kept }),
      prepareLearningRate(epochs, { colour, planned }),
    ];
  }, [events, config, status, colour]);
  return (
    <div className="grid gap-4 lg:grid-cols-2 xl:grid-cols-[2fr_2fr_1.1fr]">
      <Chart title="Accuracy" figure={accuracy} />
      <Chart title="Loss" figure={loss} />
      <Chart title="Learning rate" figure={learningRate} />
    </div>
  );
}

/** Epochs of both stages if none stops early; a stage that has ended counts with those it had. */
function plannedEpochs({ config, events }: Pick<RunDetail, 'config' | 'events'>): number {
  const first = eventsOf({ events }, 'epoch').filter(({ stage }) => stage === 1).length;
  const hasEnded = eventsOf({ events }, 'stage-ended').some(({ stage }) => stage === 1);
  return (hasEnded ? first : config.epochs_stage1) + config.epochs_stage2;
}

function Chart({ title, figure }: { title: string; figure: Figure }) {
  return (
    <Card title={title}>
      {/* The legend stands in the title's row. */}
      <div className="-mt-7">
        <Plot figure={figure} height={256} />
      </div>
    </Card>
  );
}

/** The colour that the table gives this run. */
function useRunColour(id: string): Token {
  const { data: runs } = useQuery(useTRPC().runs.list.queryOptions());
  const ids = runs?.map((run) => run.id).join(' ') ?? '';
  return useMemo(() => assignRunColours(ids.split(' ')).get(id) ?? 'var(--soft)', [ids, id]);
}
