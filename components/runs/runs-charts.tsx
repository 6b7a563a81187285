'use client';

import type { RunQueryInput } from '@/lib/runs/query.ts';
import { RunsBest } from './runs-best.tsx';
import { RunsCurves } from './runs-curves.tsx';
import { RunsScatter } from './runs-scatter.tsx';
import type { RunsState } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Props {
  query: RunQueryInput;
  state: RunsState;
  setState: SetRunsState;
}

/** Curves, accuracy against time and the best run, for the filtered runs. */
export function RunsCharts({ query, state, setState }: Props) {
  return (
    <div className="grid min-w-0 gap-4 lg:max-[1400px]:grid-cols-2">
      <RunsCurves query={query} state={state} setState={setState} />
      <RunsScatter query={query} state={state} setState={setState} />
      <RunsBest query={query} state={state} setState={setState} />
    </div>
  );
}
