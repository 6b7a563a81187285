'use client';

import { useMutation } from '@tanstack/react-query';
import { FastForward, Play } from 'lucide-react';
import { useId } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';
import { ErrorMessage } from './error-message.tsx';
import { useInvalidateRuns } from './use-invalidate-runs.ts';

/** The button that continues an ended run: *Resume* if it did not complete, else *Train further*. Neither for imported logs. */
export function ContinueRun({ run }: { run: RunDetail }) {
  if (!isFinal(run.status) || run.status === 'imported') return null;
  if (run.status !== 'completed') return <Resume run={run} />;
  return run.hasCheckpoint ? <TrainFurther run={run} /> : null;
}

function Resume({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const resume = useMutation(trpc.runs.resume.mutationOptions(useInvalidateRuns()));
  return (
    <>
      <ErrorMessage message={resume.error?.message} />
      <button
        type="button"
        className="button"
        title={
          run.hasCheckpoint ? 'Resumes after the last completed epoch' : 'Starts from scratch: no epoch was completed'
        }
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
  const trainFurther = useMutation(trpc.runs.trainFurther.mutationOptions(useInvalidateRuns()));
  const id = useId();
  return (
    <form
      className="flex items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        const epochs = Number(new FormData(event.currentTarget).get('epochs'));
        trainFurther.mutate({ id: run.id, epochs });
      }}
    >
      <ErrorMessage message={trainFurther.error?.message} />
      <button
        type="submit"
        className="button"
        title="Continues stage 2 for this many more epochs"
        disabled={trainFurther.isPending}
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
