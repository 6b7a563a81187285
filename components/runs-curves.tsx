'use client';

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RunSummary } from '@/lib/run.ts';
import type { Token } from './figure.ts';
import { Plot } from './plot.tsx';
import { prepareOverlay } from './prepare-overlay.ts';
import { eventsOf } from './reduce-run.ts';
import { useTRPC } from './trpc.ts';

interface RunsCurvesProps {
  runs: RunSummary[];
  colours: Map<string, Token>;
  /** What stands above the chart: which runs these are. */
  title: string;
}

const height = 300;

/** Validation accuracy of some runs, one over the other. */
export function RunsCurves({ runs, colours, title }: RunsCurvesProps) {
  const trpc = useTRPC();
  const details = useQueries({
    queries: runs.map((run) => trpc.runs.get.queryOptions({ id: run.id })),
    combine: (results) => results.map((result) => result.data),
  });
  const figure = useMemo(() => {
    const known = details.flatMap((detail) => (detail ? [detail] : []));
    return prepareOverlay(
      known.map((detail) => ({
        name: detail.name,
        colour: colours.get(detail.id) ?? 'var(--accent)',
        epochs: eventsOf(detail, 'epoch'),
      })),
    );
  }, [details, colours]);
  const isEmpty = figure.traces.every((trace) => trace.x.length === 0);
  return (
    <section className="card overflow-hidden" aria-label={title}>
      <header className="flex h-10 items-center justify-between gap-3 px-4">
        <h2 className="whitespace-nowrap font-semibold">Validation accuracy</h2>
        <p className="truncate text-faint text-xs">{title}</p>
      </header>
      {isEmpty ? (
        <p style={{ height }} className="grid place-items-center px-8 text-center text-faint">
          Curves grow here from the first epoch on.
        </p>
      ) : (
        <Plot figure={figure} height={height} />
      )}
      <ul className="flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-4 py-2.5 text-soft text-xs">
        {runs.map((run) => (
          <li key={run.id} className="flex min-w-0 items-center gap-1.5">
            <span className="h-0.5 w-3.5 rounded-full" style={{ background: colours.get(run.id) }} aria-hidden />
            <span className="truncate">{run.name}</span>
          </li>
        ))}
        <li className="ml-auto text-faint">◆ fine-tuning begins</li>
      </ul>
    </section>
  );
}
