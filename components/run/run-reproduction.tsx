'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { useTRPC } from '@/components/live/trpc.ts';
import { Card } from '@/components/ui/card.tsx';
import { useThrottledValue } from '@/components/ui/use-throttled-value.ts';
import { compareAddress } from '@/lib/compare/compare-state.ts';
import { type ComparedRun, curveOf } from '@/lib/compare/compared-run.ts';
import { completeEpochs } from '@/lib/logs/complete-epochs.ts';
import { describeReproduction } from '@/lib/logs/reproduction.ts';
import { describeDefaults } from '@/lib/run/known-settings.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { distinctColours } from '@/lib/series/colours.ts';
import { prepareComparedCurves } from '@/lib/series/compared-curves.ts';

/** Milliseconds between redraws. Head training can run ten epochs a second. */
const drawInterval = 400;

/** Compares a reproduction with its log: a sentence on the result, and both validation curves. */
export function RunReproduction({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const { data: log } = useQuery(
    trpc.runs.get.queryOptions(
      { id: run.reproduces ?? '' },
      { enabled: run.reproduces !== null, retry: false, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  const events = useThrottledValue(run.events, drawInterval);
  const { name } = run;
  const colours = log ? distinctColours([log, run]) : [];
  const [logColour, ownColour] = [colours[0] ?? 'var(--soft)', colours[1] ?? 'var(--accent)'];
  const chart = useMemo(() => {
    if (!log) return null;
    const both: ComparedRun[] = [
      { run: log, name: `log “${log.name}”`, colour: logColour },
      { run: { ...run, events }, name, colour: ownColour },
    ];
    return prepareComparedCurves(
      both.map((each) => [curveOf(each)]),
      { metric: 'val_accuracy', x: 'epoch', y: 'linear', smooth: 0 },
    );
    // `run` changes with progress four times a second, but only its events are drawn.
  }, [log, events, name, logColour, ownColour]);
  if (!log || !chart) return null;
  const sentence = describeReproduction(attemptOf(log), { ...attemptOf(run), status: run.status });
  return (
    <Card title="Compared with the log" note={log.name}>
      <p className="max-w-prose font-semibold text-[15px]" data-reproduction={run.status}>
        {sentence}
      </p>
      <Plot chart={chart} height={280} />
      <ul className="flex flex-wrap gap-x-4 gap-y-1 pt-1 text-soft text-xs">
        {[
          { text: `log “${log.name}”`, colour: logColour },
          { text: name, colour: ownColour },
        ].map(({ text, colour }) => (
          <li key={text} className="flex items-center gap-1.5">
            <span className="h-0.5 w-3.5 rounded-full" style={{ background: colour }} aria-hidden />
            {text}
          </li>
        ))}
        <li className="ml-auto">
          <Link href={compareAddress([log.id, run.id])} className="text-accent hover:underline">
            Open comparison
          </Link>
        </li>
      </ul>
    </Card>
  );
}

const attemptOf = (run: RunDetail) => ({
  config: run.config,
  epochs: eventsOf(run, 'epoch'),
  whole: completeEpochs(run),
  valAccuracy: run.metrics?.val_end2end ?? null,
  test: run.test,
  defaults: describeDefaults(run),
});
