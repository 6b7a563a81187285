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
import { FinishRun } from './finish-run.tsx';

/** A run's action buttons: an active run can be finished early or canceled, an ended one resumed, run again or deleted. */
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
  const wasCanceledHere = cancel.isSuccess && isFinal(run.status);
  // Canceling removes the focused button, so keyboard focus moves to the one next to it.
  useEffect(() => {
    if (wasCanceledHere && document.activeElement === document.body) runAgain.current?.focus();
  }, [wasCanceledHere]);
  // An imported log that does not determine the config can be reproduced or edited; both name the defaults used.
  const isComplete = (run.logFacts?.unknown.length ?? 0) === 0;
  const failure = cancel.error ?? again.error ?? remove.error;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {failure && (
        <p role="alert" className="text-bad text-sm">
          {failure.message}
        </p>
      )}
      <ContinueRun run={run} />
      <FinishRun run={run} />
      {isFinal(run.status) && isComplete && (
        <button
          ref={runAgain}
          type="button"
          className="button"
          title="Starts a new run with the same config"
          disabled={again.isPending || again.isSuccess}
          // The original run's log already exists at this path.
          onClick={() => again.mutate({ ...run.config, json_output_path: '' })}
        >
          <RotateCcw size={14} aria-hidden />
          {again.isPending ? 'Starting …' : 'Run again'}
        </button>
      )}
      <Link href={`/runs/new?from=${run.id}`} className="button" title="Opens the form with this run’s config">
        <SlidersHorizontal size={14} aria-hidden />
        Edit as new run
      </Link>
      {!isFinal(run.status) && (
        <ConfirmButton
          label={
            <>
              <CircleStop size={14} aria-hidden />
              {cancel.isPending ? 'Canceling …' : 'Cancel'}
            </>
          }
          question={`Cancel “${run.name}”?`}
          consequence="Stops now; resumable from the last completed epoch."
          confirm="Cancel run"
          dismiss="Keep running"
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
          question={run.isExample ? `Hide “${run.name}”?` : `Delete “${run.name}”?`}
          consequence={
            run.isExample
              ? 'This example will not be shown again.'
              : 'This also deletes its log and model files and cannot be undone.'
          }
          confirm={run.isExample ? 'Hide example' : 'Delete run and files'}
          onConfirm={() => remove.mutate({ id: run.id })}
          pending={remove.isPending || remove.isSuccess}
        />
      )}
    </div>
  );
}
