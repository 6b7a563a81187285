'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { GitCompare, Trash2, X } from 'lucide-react';
import Link from 'next/link';
import { isNotFound, useTRPC } from '@/components/live/trpc.ts';
import { ConfirmButton } from '@/components/ui/confirm-button.tsx';
import { compareAddress } from '@/lib/compare/compare-state.ts';
import { formatBytes } from '@/lib/format.ts';

interface Props {
  /** Ids. */
  selected: readonly string[];
  onSelect: (ids: string[]) => void;
  /** What a run is called, as far as it is among the rows that are here. */
  nameOf: (id: string) => string;
  /** The name of the run that others are compared with; null where there is none. */
  baseline: string | null;
  onBaseline: (id: string | null) => void;
}

/** A run that could not be deleted. */
interface Kept {
  id: string;
  name: string;
  reason: string;
}

/** What can be done with the selected runs, and what was done. */
export function RunsSelection({ selected, onSelect, nameOf, baseline, onBaseline }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutateAsync } = useMutation(trpc.runs.delete.mutationOptions());
  const remove = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      let freed = 0;
      const kept: Kept[] = [];
      for (const id of ids) {
        try {
          freed += (await mutateAsync({ id })).freedBytes;
        } catch (error) {
          // Somebody else was quicker.
          if (isNotFound(error)) continue;
          kept.push({ id, name: nameOf(id), reason: error instanceof Error ? error.message : String(error) });
        }
      }
      return { deleted: ids.length - kept.length, freed, kept };
    },
    onSuccess: ({ kept }) => {
      onSelect(kept.map(({ id }) => id));
      void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
      void queryClient.invalidateQueries({ queryKey: trpc.dashboard.pathKey() });
    },
  });
  const { data: status } = useQuery(trpc.system.status.queryOptions());
  const isTraining = status?.running != null && selected.includes(status.running.id);
  return (
    <div className="ml-auto flex flex-wrap items-center gap-2">
      <div role="status" className="min-w-0 break-words text-soft">
        {remove.isPending && 'Deleting …'}
        {remove.data && selected.join() === remove.data.kept.map(({ id }) => id).join() && <Outcome {...remove.data} />}
      </div>
      {baseline !== null && (
        <button
          type="button"
          onClick={() => onBaseline(null)}
          title="Compare with no baseline"
          className="inline-flex h-7 max-w-64 items-center gap-1 rounded-full bg-accent-soft px-2.5 text-accent text-xs"
        >
          <span className="truncate">baseline: {baseline}</span>
          <X size={12} aria-hidden />
        </button>
      )}
      {selected.length > 0 && (
        <>
          <span className="text-soft">{selected.length} selected</span>
          <button type="button" className="button h-7 px-2.5 text-xs" onClick={() => onSelect([])}>
            Clear
          </button>
          {selected.length === 1 && (
            <button type="button" className="button h-7 px-2.5 text-xs" onClick={() => onBaseline(selected[0]!)}>
              Make baseline
            </button>
          )}
          <Link href={compareAddress(selected)} className="button h-7 px-2.5 text-xs">
            <GitCompare size={13} aria-hidden />
            Compare
          </Link>
          <ConfirmButton
            label={
              <>
                <Trash2 size={13} aria-hidden />
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
            className="button-danger h-7 px-2.5 text-xs"
          />
        </>
      )}
    </div>
  );
}

interface OutcomeProps {
  deleted: number;
  /** Bytes. */
  freed: number;
  kept: Kept[];
}

function Outcome({ deleted, freed, kept }: OutcomeProps) {
  return (
    <>
      {deleted > 0 && (
        <p>
          {inWords(deleted)} deleted, {formatBytes(freed)} freed.
        </p>
      )}
      {kept.map(({ id, name, reason }) => (
        <p key={id} className="text-bad">
          {name} is still here: {reason}
        </p>
      ))}
    </>
  );
}

const inWords = (runs: number) => (runs === 1 ? '1 run' : `${runs} runs`);
