'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleStop, RotateCcw, SlidersHorizontal, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import { ConfirmButton } from '@/components/ui/confirm-button.tsx';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';
import { ContinueRun } from './continue-run.tsx';

/** What can be done with a run: one that goes on is canceled, one that has ended is run again or deleted. */
export function RunActions({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const cancel = useMutation(
    trpc.runs.cancel.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() }),
    }),
  );
  const again = useMutation(trpc.runs.start.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${id}`) }));
  const remove = useMutation(
    trpc.runs.delete.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
        router.push('/');
      },
    }),
  );
  const runAgain = useRef<HTMLButtonElement>(null);
  const isCanceledHere = cancel.isSuccess && isFinal(run.status);
  // The button that had the focus is gone: who uses the keyboard goes on beside it.
  useEffect(() => {
    if (isCanceledHere && document.activeElement === document.body) runAgain.current?.focus();
  }, [isCanceledHere]);
  const failure = cancel.error ?? again.error ?? remove.error;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {failure && (
        <p role="alert" className="text-bad text-sm">
          {failure.message}
        </p>
      )}
      <ContinueRun run={run} />
      {isFinal(run.status) && (
        <button
          ref={runAgain}
          type="button"
          className="button"
          title="The same config, at once"
          disabled={again.isPending || again.isSuccess}
          // Its log's place is taken by the run that has it.
          onClick={() => again.mutate({ ...run.config, json_output_path: '' })}
        >
          <RotateCcw size={14} aria-hidden />
          {again.isPending ? 'Starting …' : 'Run again'}
        </button>
      )}
      <Link href={`/runs/new?from=${run.id}`} className="button" title="The form, filled in as for this run">
        <SlidersHorizontal size={14} aria-hidden />
        Change and run
      </Link>
      {!isFinal(run.status) && (
        <ConfirmButton
          label={
            <>
              <CircleStop size={14} aria-hidden />
              {cancel.isPending ? 'Canceling …' : 'Cancel'}
            </>
          }
          question={`Cancel ${run.name}?`}
          consequence="It stops at its next step. It can go on later, after its last whole epoch."
          confirm="Cancel the run"
          onConfirm={() => cancel.mutate({ id: run.id })}
          pending={cancel.isPending}
        />
      )}
      {isFinal(run.status) && (
        <ConfirmButton
          label={
            <>
              <Trash2 size={14} aria-hidden />
              {remove.isPending ? 'Deleting …' : run.isExample ? 'Hide' : 'Delete'}
            </>
          }
          question={run.isExample ? `Hide ${run.name}?` : `Delete ${run.name}?`}
          consequence={
            run.isExample ? 'This example is not shown again.' : 'Its log and model files go with it, for good.'
          }
          confirm={run.isExample ? 'Hide it' : 'Delete run and files'}
          onConfirm={() => remove.mutate({ id: run.id })}
          pending={remove.isPending || remove.isSuccess}
        />
      )}
    </div>
  );
}
