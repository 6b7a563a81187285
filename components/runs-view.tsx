'use client';

import dynamic from 'next/dynamic';
import { useMemo, useRef } from 'react';
import { originalNeeds } from '@/lib/data-files.ts';
import type { RunsPage } from '@/lib/run.ts';
import { facets } from '@/lib/run-columns.ts';
import { isAwaited, lackingParts } from './prepare-data.ts';
import { ImportNotes, useImport } from './runs-import.tsx';
import { isFiltered, queryOf } from './runs-url.ts';
import { useDataStatus } from './use-data-status.ts';
import { useFollow } from './use-follow.ts';
import { useRunRows } from './use-run-rows.ts';
import { useRunsState } from './use-runs-state.ts';

// A visit needs one of the first two, and seldom the last.
const RunsDashboard = dynamic(() => import('./runs-dashboard.tsx').then((module) => module.RunsDashboard));
const RunsEmpty = dynamic(() => import('./runs-empty.tsx').then((module) => module.RunsEmpty));
const DataOffer = dynamic(() => import('./data-offer.tsx').then((module) => module.DataOffer));

interface Props {
  /** The first part of what the page's address asks for. */
  initial: RunsPage;
  /** Whether there are runs at all, but for examples. */
  isEmpty: boolean;
}

/** All runs, or what to begin with where there are none. */
export function RunsView({ initial, isEmpty }: Props) {
  const [state, setState] = useRunsState();
  const query = useMemo(() => queryOf(state), [state]);
  // The server's answer is the one to the address that the page was opened with.
  const opened = useRef(JSON.stringify(query));
  const rows = useRunRows(query, JSON.stringify(query) === opened.current ? initial : null);
  const { connected } = useFollow(null);
  const imports = useImport();
  const isFirst = isEmpty && rows.total === 0 && !isFiltered(state, facets);
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
          <AwaitedData />
          <ImportNotes {...imports} />
          <RunsDashboard {...{ state, setState, query, rows, connected }} importFiles={imports.importFiles} />
        </main>
      )}
    </>
  );
}

/** What the original trained on, once someone has asked for a part of it and it is not here yet. */
function AwaitedData() {
  const status = useDataStatus();
  const isAsked = status && lackingParts(status, originalNeeds).some(isAwaited);
  return isAsked && <DataOffer className="mb-3" />;
}
