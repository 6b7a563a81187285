'use client';

import dynamic from 'next/dynamic';
import { useMemo, useRef } from 'react';
import { DataOffer } from '@/components/downloads/data-offer.tsx';
import { useFollow } from '@/components/live/use-follow.ts';
import type { RunsPage } from '@/lib/run/run.ts';
import { RunsDashboard } from './runs-dashboard.tsx';
import { ImportNotes, useImport } from './runs-import.tsx';
import { isFiltered, queryOf } from './runs-url.ts';
import { useRunRows } from './use-run-rows.ts';
import { useRunsState } from './use-runs-state.ts';

// Most visits do not need it.
const RunsEmpty = dynamic(() => import('./runs-empty.tsx').then((module) => module.RunsEmpty));

interface Props {
  /** The first page of results for the URL, rendered by the server. */
  initial: RunsPage;
}

/** The table of runs, or an introduction if there are none. */
export function RunsView({ initial }: Props) {
  const [state, setState] = useRunsState();
  const query = useMemo(() => queryOf(state), [state]);
  // The server’s result belongs to the URL that the page was opened with.
  const initialQuery = useRef(JSON.stringify(query));
  const rows = useRunRows(query, JSON.stringify(query) === initialQuery.current ? initial : null);
  const { connected } = useFollow(null);
  const imports = useImport();
  const isFirst = rows.isEmpty && !isFiltered(state);
  return (
    <>
      {isFirst ? (
        <>
          <div className="mx-auto max-w-3xl px-4 pt-4">
            <ImportNotes {...imports} />
          </div>
          <RunsEmpty importFiles={imports.importFiles} />
        </>
      ) : (
        <main className="mx-auto max-w-[1600px] px-4 py-3">
          <DataOffer onlyRequested className="mb-3" />
          <ImportNotes {...imports} />
          <RunsDashboard
            state={state}
            setState={setState}
            query={query}
            rows={rows}
            connected={connected}
            importFiles={imports.importFiles}
          />
        </main>
      )}
    </>
  );
}
