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
  /** The name of a run, or its id if its row is not loaded. */
  nameOf: (id: string) => string;
  /** The name of the baseline run; null if there is none. */
  baseline: string | null;
  onBaseline: (id: string | null) => void;
}

/** A run that could not be deleted. */
interface Failure {
  id: string;
  name: string;
  reason: string;
}

/** Actions for the selected runs, and the outcome of deletions. */
export function RunsSelection({ selected, onSelect, nameOf, baseline, onBaseline }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutateAsync } = useMutation(trpc.runs.delete.mutationOptions());
  const remove = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      let freed = 0;
      const failures: Failure[] = [];
      for (const id of ids) {
        try {
          freed += (await mutateAsync({ id })).freedBytes;
        } catch (error) {
          // It was already deleted, for example in another tab.
          if (isNotFound(error)) continue;
          failures.push({ id, name: nameOf(id), reason: error instanceof Error ? error.message : String(error) });
        }
      }
      return { deleted: ids.length - failures.length, freed, failures };
    },
    onSuccess: ({ failures }) => {
      onSelect(failures.map(({ id }) => id));
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
        {remove.data && selected.join() === remove.data.failures.map(({ id }) => id).join() && (
          <Outcome {...remove.data} />
        )}
      </div>
      {baseline !== null && (
        <button
          type="button"
          onClick={() => onBaseline(null)}
          title="Remove the baseline"
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
                Delete {countRuns(selected.length)}
              </>
            }
            question={`Delete ${countRuns(selected.length)} and ${selected.length === 1 ? 'its' : 'their'} files?`}
            consequence={
              isTraining
                ? 'One of them is training and will be kept: cancel it first. Model files, logs and curves of the others are deleted.'
                : 'This deletes model files, logs and curves from disk and cannot be undone.'
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
  failures: Failure[];
}

function Outcome({ deleted, freed, failures }: OutcomeProps) {
  return (
    <>
      {deleted > 0 && (
        <p>
          {countRuns(deleted)} deleted, {formatBytes(freed)} freed.
        </p>
      )}
      {failures.map(({ id, name, reason }) => (
        <p key={id} className="text-bad">
          {name} was not deleted: {reason}
        </p>
      ))}
    </>
  );
}

const countRuns = (runs: number) => (runs === 1 ? '1 run' : `${runs} runs`);
