'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RowSelectionState } from '@tanstack/react-table';
import { Columns2, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import { formatBytes } from '@/lib/format.ts';
import type { RunSummary } from '@/lib/run.ts';
import { compareAddress } from './compare-state.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { DataOffer } from './data-offer.tsx';
import { runColour } from './run-colour.ts';
import { RunsCurves } from './runs-curves.tsx';
import { RunsEmpty } from './runs-empty.tsx';
import { RunsTable } from './runs-table.tsx';
import { useTRPC } from './trpc.ts';
import { useFollow } from './use-follow.ts';

/** Drawn until someone selects. */
const newestDrawn = 5;

/** What no event tells (a run that another tab put in line, one that a terminal finished) is asked for this often. */
const refetchInterval = 15_000;

/** The table of runs, and beside it the curves of those that are selected. */
export function RunsView({ initial }: { initial: RunSummary[] }) {
  const trpc = useTRPC();
  const options = trpc.runs.list.queryOptions(undefined, { initialData: initial, refetchInterval });
  const { data: runs } = useQuery(options);
  const { connected } = useFollow(null);
  const [selection, setSelection] = useState<RowSelectionState>({});
  const colours = useMemo(() => new Map(runs.map((run) => [run.id, runColour(run)])), [runs]);
  const selected = runs.filter((run) => selection[run.id]);
  const drawn = selected.length > 0 ? selected : runs.filter((run) => run.valAccuracy !== null).slice(0, newestDrawn);

  if (runs.length === 0) return <RunsEmpty />;
  return (
    <main className="mx-auto max-w-[1600px] px-4 py-4">
      <DataOffer onlyAsked className="mb-3" />
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2 pb-3">
        <h1 className="font-semibold text-[15px]">Runs</h1>
        <span className="text-faint">{runs.length}</span>
        <ConnectionNote connected={connected} />
        <SelectionBar selected={selected} onDone={() => setSelection({})} />
      </div>
      <div className="grid items-start gap-4 min-[1400px]:grid-cols-[minmax(0,1fr)_20rem] 2xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="card min-w-0 overflow-x-auto">
          <RunsTable runs={runs} colours={colours} selection={selection} onSelect={setSelection} />
        </div>
        <RunsCurves
          runs={drawn}
          colours={colours}
          title={selected.length > 0 ? `${selected.length} selected` : 'newest; tick to choose'}
        />
      </div>
    </main>
  );
}

/** What can be done with the selected runs, and what was done. */
function SelectionBar({ selected, onDone }: { selected: RunSummary[]; onDone: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutateAsync } = useMutation(trpc.runs.delete.mutationOptions());
  const remove = useMutation({
    mutationFn: async (runs: RunSummary[]) => {
      let freed = 0;
      for (const { id } of runs) freed += (await mutateAsync({ id })).freedBytes;
      return `${inWords(runs.length)} deleted, ${formatBytes(freed)} freed.`;
    },
    onSuccess: onDone,
    // Some may be gone even where one could not be deleted.
    onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() }),
  });
  const isTraining = selected.some((run) => run.status === 'running');
  return (
    <div className="ml-auto flex flex-wrap items-center gap-2">
      <p role="status" className={remove.isError ? 'text-bad' : 'text-soft'}>
        {remove.isPending ? 'Deleting …' : (remove.error?.message ?? (selected.length === 0 ? remove.data : ''))}
      </p>
      {selected.length > 0 && (
        <>
          <Link href={compareAddress(selected.map((run) => run.id))} className="button">
            <Columns2 size={14} aria-hidden />
            Compare
          </Link>
          <button type="button" className="button" onClick={onDone}>
            Clear selection
          </button>
          <ConfirmButton
            label={
              <>
                <Trash2 size={14} aria-hidden />
                Delete {inWords(selected.length)}
              </>
            }
            question={`Delete ${inWords(selected.length)} with files?`}
            consequence={
              isTraining
                ? 'One of them is training: cancel it first. The others go with their model files and logs.'
                : 'Model files, logs and curves go from this machine’s disk. This cannot be undone.'
            }
            confirm="Delete"
            onConfirm={() => remove.mutate(selected)}
            pending={remove.isPending}
            className="button-danger"
          />
        </>
      )}
    </div>
  );
}

const inWords = (runs: number) => (runs === 1 ? '1 run' : `${runs} runs`);
