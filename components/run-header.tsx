'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleStop, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { formatAgo, formatDuration, formatMoment, formatTimeLeft } from '@/lib/format.ts';
import type { RunDetail } from '@/lib/run.ts';
import { isFinal } from '@/lib/run-status.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { activityOf } from './prepare-progress.ts';
import { StatusBadge } from './status-badge.tsx';
import { useTRPC } from './trpc.ts';
import { useNow } from './use-now.ts';

/** Which run this is, where it stands, and what can be done about it. */
export function RunHeader({ run }: { run: RunDetail }) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0">
        <h1 className="break-words font-semibold text-xl tracking-tight">{run.name}</h1>
        <p className="mt-1 flex min-h-5 flex-wrap items-center gap-x-2 text-soft text-sm">
          <StatusBadge status={run.status} />
          <Standing run={run} />
        </p>
        {run.config.notes && <p className="mt-2 max-w-prose whitespace-pre-wrap text-sm">{run.config.notes}</p>}
        {run.config.tags.length > 0 && (
          <ul className="mt-2 flex flex-wrap gap-1.5" aria-label="Tags">
            {run.config.tags.map((tag) => (
              <li key={tag} className="rounded-md bg-raised px-1.5 text-soft text-xs">
                {tag}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Actions run={run} />
    </div>
  );
}

/** One line: what it does now and how long that takes; or when it ended. */
function Standing({ run }: { run: RunDetail }) {
  const now = useNow(1000);
  const { status, progress, queuePosition, createdAt, startedAt, finishedAt } = run;
  const facts: { text: string; title?: string }[] = [];
  if (status === 'queued') {
    facts.push({ text: queuePosition === 1 ? 'next in line' : `place ${queuePosition} in line` });
  } else if (status === 'running') {
    facts.push({ text: activityOf(run) });
    if (progress?.imagesPerSecond != null) facts.push({ text: `${Math.round(progress.imagesPerSecond)} images/s` });
    if (progress?.secondsLeft != null) {
      facts.push({ text: formatTimeLeft(progress.secondsLeft), title: 'if every epoch runs' });
    }
  } else if (startedAt && finishedAt) {
    const seconds = (finishedAt - startedAt) / 1000;
    facts.push({ text: `after ${formatDuration(seconds)}`, title: `${seconds.toFixed(1)} s` });
  }
  const moment = finishedAt ?? startedAt ?? createdAt;
  const verb = finishedAt ? 'ended' : startedAt ? 'started' : 'created';
  // Clocks and time zones differ between server and browser: said only there.
  if (now !== null) facts.push({ text: `${verb} ${formatAgo(moment, now)}`, title: formatMoment(moment) });
  return facts.map(({ text, title }) => (
    <span key={text} title={title} className="before:mr-2 before:text-faint before:content-['·']">
      {text}
    </span>
  ));
}

function Actions({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const cancel = useMutation(
    trpc.runs.cancel.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() }),
    }),
  );
  const remove = useMutation(
    trpc.runs.delete.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
        router.push('/');
      },
    }),
  );
  const failure = cancel.error ?? remove.error;
  return (
    <div className="flex items-center gap-2">
      {failure && (
        <p role="alert" className="text-bad text-sm">
          {failure.message}
        </p>
      )}
      {!isFinal(run.status) && (
        <ConfirmButton
          label={
            <>
              <CircleStop size={14} aria-hidden />
              {cancel.isPending ? 'Canceling …' : 'Cancel'}
            </>
          }
          question={`Cancel ${run.name}?`}
          consequence="It stops at its next step. What it has told so far is kept, but it cannot go on."
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
              {remove.isPending ? 'Deleting …' : 'Delete'}
            </>
          }
          question={`Delete ${run.name}?`}
          consequence="Its log and model files go with it, for good."
          confirm="Delete run and files"
          onConfirm={() => remove.mutate({ id: run.id })}
          pending={remove.isPending || remove.isSuccess}
        />
      )}
    </div>
  );
}
