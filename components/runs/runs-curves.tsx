'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { useTRPC } from '@/components/live/trpc.ts';
import { Segments } from '@/components/ui/segments.tsx';
import { distinctNames } from '@/lib/run/distinct-names.ts';
import { type CurveMetric, curveMetrics, maxCurves } from '@/lib/runs/columns.ts';
import type { RunQueryInput } from '@/lib/runs/query.ts';
import { isEmptyChart } from '@/lib/series/chart.ts';
import { runColour } from '@/lib/series/colours.ts';
import { prepareOverlay } from '@/lib/series/overlay.ts';
import { quantities } from '@/lib/series/quantities.ts';
import type { RunsState } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Props {
  query: RunQueryInput;
  state: RunsState;
  setState: SetRunsState;
}

const height = 280;
/** The legend is omitted if there are more curves than this. */
const maxNames = 12;

/** The curves of one metric, overlaid, for the selected runs or else the first runs of the table. */
export function RunsCurves({ query, state, setState }: Props) {
  const { metric, stage, smooth, logy, batches, selected, curves: count } = state;
  const which =
    selected.length > 0 ? { ids: selected.slice(0, maxCurves), limit: maxCurves } : { limit: Number(count) };
  const { data: curves } = useQuery(
    useTRPC().dashboard.curves.queryOptions(
      { ...query, ...which, metric, batches },
      { placeholderData: keepPreviousData },
    ),
  );
  const named = useMemo(() => {
    const names = distinctNames(curves ?? []);
    return (curves ?? []).map((run, index) => ({ ...run, name: names[index]! }));
  }, [curves]);
  const chart = useMemo(
    () =>
      prepareOverlay(
        named.map((run) => ({ ...run, colour: runColour(run) })),
        { metric, stage, smoothing: smooth, logarithmic: logy },
      ),
    [named, metric, stage, smooth, logy],
  );
  const isEmpty = isEmptyChart(chart);
  return (
    <section className="card overflow-hidden" aria-label="Curves">
      <header className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5 px-4 pt-2.5">
        <label>
          <span className="sr-only">Metric</span>
          <select
            value={metric}
            onChange={({ target }) => setState({ metric: target.value as CurveMetric })}
            className="-ml-1 rounded bg-panel py-0.5 font-semibold"
          >
            {curveMetrics.map((name) => (
              <option key={name} value={name}>
                {quantities[name].name}
              </option>
            ))}
          </select>
        </label>
        {selected.length > 0 ? (
          <p className="text-faint text-xs">{selected.length} selected</p>
        ) : (
          <Segments
            label="Number of runs"
            value={count}
            onChange={(value) => setState({ curves: value })}
            choices={{ 5: 'first 5', 20: '20', 100: '100' }}
          />
        )}
      </header>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 pt-2">
        <Segments
          label="Stage"
          value={stage}
          onChange={(value) => setState({ stage: value })}
          choices={{ both: 'Both', stage1: 'Stage 1', stage2: 'Stage 2' }}
        />
        <label className="flex items-center gap-1.5 text-soft text-xs">
          <input type="checkbox" checked={logy} onChange={() => setState({ logy: !logy })} />
          log
        </label>
        {curves?.some(({ hasBatches }) => hasBatches) && (
          <label
            className="flex items-center gap-1.5 text-soft text-xs"
            title="In logs where every other epoch of stage 2 trained on a single batch, also show those epochs"
          >
            <input type="checkbox" checked={batches} onChange={() => setState({ batches: !batches })} />
            single batches
          </label>
        )}
        <label className="flex items-center gap-1.5 text-soft text-xs">
          smooth
          <input
            type="range"
            min={0}
            max={0.95}
            step={0.05}
            value={smooth}
            onChange={({ target }) => setState({ smooth: Number(target.value) })}
            className="w-16"
          />
        </label>
      </div>
      {isEmpty ? (
        <p style={{ height }} className="grid place-items-center px-8 text-center text-faint">
          {curves ? 'Curves appear after the first epoch.' : ''}
        </p>
      ) : (
        <Plot chart={chart} height={height} />
      )}
      {curves && curves.length <= maxNames && (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-4 py-2.5 text-soft text-xs">
          {named.map((run) => (
            <li key={run.id} className="flex min-w-0 items-center gap-1.5">
              <span className="h-0.5 w-3.5 shrink-0 rounded-full" style={{ background: runColour(run) }} aria-hidden />
              <span className="truncate">{run.name}</span>
            </li>
          ))}
          {stage === 'both' && <li className="ml-auto text-faint">◆ fine-tuning begins</li>}
        </ul>
      )}
    </section>
  );
}
