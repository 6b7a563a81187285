'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import Link from 'next/link';
import { useTRPC } from '@/components/live/trpc.ts';
import { formatAccuracy, formatCount, formatDuration } from '@/lib/format.ts';

/** A few bundled runs to look at before there are others. They are not part of the table or its charts. */
export function RunsExamples() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data } = useQuery(trpc.runs.list.queryOptions({ examples: true }));
  const hide = useMutation(
    trpc.runs.delete.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() }),
    }),
  );
  if (!data || data.total === 0) return null;
  return (
    <section className="card mt-6 p-4" aria-label="Examples">
      <h2 className="font-semibold">
        Examples{' '}
        <span className="font-normal text-faint text-xs">
          real runs, bundled with the app; not part of the table or its charts
        </span>
      </h2>
      <ul className="mt-2">
        {data.runs.map(({ id, name, config, metrics, timing, test }) => (
          <li key={id} data-run-id={id} className="flex flex-wrap items-center gap-x-3 border-line border-t py-1.5">
            <Link
              href={`/runs/${id}`}
              className="min-w-0 flex-1 truncate font-medium hover:text-accent hover:underline"
            >
              {name}
            </Link>
            <span className="shrink-0 text-right" title="validation accuracy">
              {formatAccuracy(metrics?.val_end2end)}
            </span>
            <span className="w-20 shrink-0 text-right text-faint">
              {timing?.total == null ? '–' : formatDuration(timing.total)}
            </span>
            <button
              type="button"
              onClick={() => hide.mutate({ id })}
              disabled={hide.isPending}
              title="Hide this example permanently"
              aria-label={`Hide ${name}`}
              className="rounded p-1 text-faint hover:bg-raised hover:text-ink"
            >
              <X size={14} aria-hidden />
            </button>
            <p className="w-full text-faint text-xs">
              {config.notes} {test && `Tested on ${formatCount(test.images)} images of ${test.name}.`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
