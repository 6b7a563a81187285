'use client';

import { useMemo, useState } from 'react';
import { Card } from '@/components/ui/card.tsx';
import type { RunDetail } from '@/lib/run/run.ts';
import { changesOf, prepareWall, type WallHistory } from '@/lib/series/sample-predictions.ts';
import { SamplePredictions } from './sample-predictions.tsx';
import { SamplePredictionsReplay } from './sample-predictions-replay.tsx';

/** The validation images of a run's wall, after its newest epoch or any that is chosen. */
export function RunSamplePredictions({ run }: { run: RunDetail }) {
  const { events } = run;
  const wall = useMemo(() => prepareWall({ events }), [events]);
  // Null follows the run.
  const [chosen, choose] = useState<number | null>(null);
  if (!wall) return null;
  const epochs = wall.epochs.length;
  const shown = Math.min(chosen ?? epochs, epochs);
  return (
    <Card title="The wall" note={`${wall.labels.length} validation images, the same in every run`}>
      <WallOf run={run} wall={wall} shown={shown} />
      {epochs > 0 && (
        <SamplePredictionsReplay
          epochs={epochs}
          shown={shown}
          onShow={(epoch) => choose(epoch === epochs ? null : epoch)}
          name={nameOf(wall, shown)}
        />
      )}
    </Card>
  );
}

/** @param shown which epoch, from 1; 0 where there is none */
export function WallOf({ run, wall, shown }: { run: RunDetail; wall: WallHistory; shown: number }) {
  return (
    <>
      <p className="mb-2 text-soft text-sm">{inWords(wall, shown)}</p>
      <SamplePredictions
        picture={`/api/runs/${run.id}/files/wall.png`}
        labels={wall.labels}
        predicted={wall.epochs[shown - 1]?.predicted ?? null}
        classes={wall.classes}
      />
    </>
  );
}

/** `stage 1, epoch 3`. */
export function nameOf({ epochs }: WallHistory, shown: number): string {
  const told = epochs[shown - 1];
  return told ? `stage ${told.stage}, epoch ${told.epoch}` : '';
}

function inWords(wall: WallHistory, shown: number): string {
  if (shown === 0) return 'From the first epoch on.';
  const { right, repaired, broken } = changesOf(wall, shown - 1);
  const changes = repaired === null ? '' : `; this epoch put ${repaired} right and ${broken} wrong`;
  return `${right} of ${wall.labels.length} right${changes}.`;
}
