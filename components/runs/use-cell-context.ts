import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import { useNow } from '@/components/ui/use-now.ts';
import { distinctNames, namedRun } from '@/lib/run/distinct-names.ts';
import type { CellContext } from './run-cells.tsx';
import type { queryOf, RunsState } from './runs-url.ts';
import type { RunRows } from './use-run-rows.ts';

/** The data that cells share: the current time, the baseline, and the best of the filtered runs. */
export function useCellContext(state: RunsState, query: ReturnType<typeof queryOf>, rows: RunRows): CellContext {
  const trpc = useTRPC();
  const isAnyRunning = rows.loaded.some((run) => run.status === 'running');
  const now = useNow(isAnyRunning ? 1000 : 30_000);
  const { data: groups } = useQuery(
    trpc.dashboard.best.queryOptions({ filter: query.filter }, { placeholderData: keepPreviousData }),
  );
  const { data: found } = useQuery(
    trpc.runs.list.queryOptions({ ids: [state.baseline] }, { enabled: state.baseline !== '' }),
  );
  const { loaded } = rows;
  const names = useMemo(() => {
    const distinct = distinctNames(loaded.map(namedRun));
    return new Map(loaded.map(({ id }, index) => [id, distinct[index]!]));
  }, [loaded]);
  return useMemo(() => {
    const best = new Map(groups?.map((group) => [group.test.hash, group]));
    return {
      now,
      nameOf: ({ id, name }) => names.get(id) ?? name,
      baseline: (state.baseline !== '' && found?.runs[0]) || null,
      bestFor: (run) => {
        const group = best.get(run.test?.hash ?? '');
        // A single run is not marked as best.
        return run.metrics && group && group.runs > 1 ? group.best : null;
      },
    };
  }, [now, names, groups, found, state.baseline]);
}
