'use client';

import { useMemo, useState } from 'react';
import { Card } from '@/components/ui/card.tsx';
import type { RunDetail } from '@/lib/run/run.ts';
import {
  changesAtEpoch,
  prepareSamplePredictions,
  type SamplePredictionHistory,
} from '@/lib/series/sample-predictions.ts';
import { SamplePredictions } from './sample-predictions.tsx';
import { SamplePredictionsReplay } from './sample-predictions-replay.tsx';

/** A run's sample predictions after the latest epoch, or after one chosen with the slider. */
export function RunSamplePredictions({ run }: { run: RunDetail }) {
  const { events } = run;
  const samples = useMemo(() => prepareSamplePredictions({ events }), [events]);
  // Null follows the latest epoch.
  const [chosen, setChosen] = useState<number | null>(null);
  if (!samples) return null;
  const epochs = samples.epochs.length;
  const shown = Math.min(chosen ?? epochs, epochs);
  return (
    <Card title="Sample predictions" note={`${samples.labels.length} validation images, the same in every run`}>
      <EpochPredictions run={run} samples={samples} shown={shown} />
      {epochs > 0 && (
        <SamplePredictionsReplay
          epochs={epochs}
          shown={shown}
          onShow={(epoch) => setChosen(epoch === epochs ? null : epoch)}
          name={epochName(samples, shown)}
        />
      )}
    </Card>
  );
}

interface EpochPredictionsProps {
  run: RunDetail;
  samples: SamplePredictionHistory;
  /** The epoch, from 1 through both stages; 0 before the first. */
  shown: number;
}

/** The sample predictions after one epoch, with a summary. */
export function EpochPredictions({ run, samples, shown }: EpochPredictionsProps) {
  return (
    <>
      <p className="mb-2 text-soft text-sm">{describeEpoch(samples, shown)}</p>
      <SamplePredictions
        imageUrl={hasFile(run, 'wall.png') ? `/api/runs/${run.id}/files/wall.png` : null}
        labels={samples.labels}
        predicted={samples.epochs[shown - 1]?.predicted ?? null}
        classes={samples.classes}
      />
    </>
  );
}

/** The trainer writes the image after it reports the labels; a request before that would fail and not be repeated. */
const hasFile = ({ files }: RunDetail, file: string): boolean => files.some(({ name }) => name === file);

/** `stage 1, epoch 3`. */
export function epochName({ epochs }: SamplePredictionHistory, shown: number): string {
  const epoch = epochs[shown - 1];
  return epoch ? `stage ${epoch.stage}, epoch ${epoch.epoch}` : '';
}

function describeEpoch(samples: SamplePredictionHistory, shown: number): string {
  if (shown === 0) return 'Appears after the first epoch.';
  const { correct, newlyRight, newlyWrong } = changesAtEpoch(samples, shown - 1);
  const changes = newlyRight === null ? '' : ` · this epoch: ${newlyRight} newly right, ${newlyWrong} newly wrong`;
  return `${correct} of ${samples.labels.length} correct${changes}`;
}
