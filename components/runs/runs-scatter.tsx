'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { useTRPC } from '@/components/live/trpc.ts';
import { Segments } from '@/components/ui/segments.tsx';
import { formatCount } from '@/lib/format.ts';
import type { RunQueryInput } from '@/lib/runs/query.ts';
import { prepareScatter } from '@/lib/series/scatter.ts';
import { type ColourField, colourFields } from './colour-fields.ts';
import type { RunsState } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Props {
  query: RunQueryInput;
  state: RunsState;
  setState: SetRunsState;
}

const height = 260;

/** Accuracy against training time, one point per filtered run. */
export function RunsScatter({ query, state, setState }: Props) {
  const { accuracy, logx, colour } = state;
  const router = useRouter();
  const field = colour === 'run' ? null : colour;
  // Without the sort order, which does not affect points.
  const input = { filter: query.filter, by: field };
  const { data } = useQuery(useTRPC().dashboard.points.queryOptions(input, { placeholderData: keepPreviousData }));
  const chart = useMemo(
    () => prepareScatter(data?.points ?? [], { accuracy, logarithmic: logx, field }),
    [data, accuracy, logx, field],
  );
  return (
    <section className="card overflow-hidden" aria-label="Accuracy against time">
      <header className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5 px-4 pt-2.5">
        <h2 className="font-semibold">Accuracy against time</h2>
        <Segments
          label="Accuracy"
          value={accuracy}
          onChange={(value) => setState({ accuracy: value })}
          choices={{ val: 'Validation', test: 'Test' }}
        />
      </header>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 pt-2 text-soft text-xs">
        <label className="flex min-w-0 items-center gap-1.5">
          colour
          <select
            value={colour}
            onChange={({ target }) => setState({ colour: target.value as ColourField })}
            className="field h-6 w-auto min-w-0 px-1 text-xs"
          >
            {colourFields.map((name) => (
              <option key={name} value={name}>
                {name === 'run' ? 'by run' : name}
              </option>
            ))}
          </select>
        </label>
        <label className="flex items-center gap-1.5">
          <input type="checkbox" checked={logx} onChange={() => setState({ logx: !logx })} />
          log
        </label>
      </div>
      {data?.points.length === 0 ? (
        <p style={{ height }} className="grid place-items-center px-8 text-center text-faint">
          Runs appear here once they are evaluated.
        </p>
      ) : (
        <Plot chart={chart} height={height} onPick={(id) => router.push(`/runs/${id}`)} />
      )}
      <p className="border-line border-t px-4 py-2 text-faint text-xs">
        Larger points have more unfrozen layers.
        {data &&
          data.total > data.points.length &&
          ` Shows the newest ${formatCount(data.points.length)} of ${formatCount(data.total)} runs.`}
      </p>
    </section>
  );
}
