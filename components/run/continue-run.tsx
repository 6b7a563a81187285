'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FastForward, Play } from 'lucide-react';
import { useId } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';

/** What a run that has ended can do more: one that did not complete goes on, one that did trains further; a log neither. */
export function ContinueRun({ run }: { run: RunDetail }) {
  if (!isFinal(run.status) || run.status === 'imported') return null;
  if (run.status !== 'completed') return <Resume run={run} />;
  return run.hasCheckpoint ? <TrainFurther run={run} /> : null;
}

function Resume({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const resume = useMutation(trpc.runs.resume.mutationOptions(useReadAgain()));
  return (
    <>
      <Problem message={resume.error?.message} />
      <button
        type="button"
        className="button"
        title={run.hasCheckpoint ? 'It goes on after its last whole epoch' : 'No epoch was whole: it begins anew'}
        disabled={resume.isPending}
        onClick={() => resume.mutate({ id: run.id })}
      >
        <Play size={14} aria-hidden />
        {resume.isPending ? 'Resuming …' : 'Resume'}
      </button>
    </>
  );
}

function TrainFurther({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const further = useMutation(trpc.runs.trainFurther.mutationOptions(useReadAgain()));
  const id = useId();
  return (
    <form
      className="flex items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        const epochs = Number(new FormData(event.currentTarget).get('epochs'));
        further.mutate({ id: run.id, epochs });
      }}
    >
      <Problem message={further.error?.message} />
      <button
        type="submit"
        className="button"
        title="Stage 2 goes on as if it had been meant to from the start"
        disabled={further.isPending}
      >
        <FastForward size={14} aria-hidden />
        Train further
      </button>
      <input id={id} name="epochs" type="number" min={1} max={1000} defaultValue={10} required className="field w-16" />
      <label htmlFor={id} className="text-soft text-sm">
        epochs
      </label>
    </form>
  );
}

function Problem({ message }: { message: string | undefined }) {
  return message === undefined ? null : (
    <p role="alert" className="text-bad text-sm">
      {message}
    </p>
  );
}

/** The run and the table are read again, whatever came of it. */
function useReadAgain() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return { onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() }) };
}
