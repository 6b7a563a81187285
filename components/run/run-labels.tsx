'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { EditInPlace } from '@/components/ui/edit-in-place.tsx';
import { type RunLabels as Labels, runLabelsSchema } from '@/lib/config/run-labels.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** A run's name. An empty one is replaced by a name derived from the config. */
export function RunName({ run }: { run: RunDetail }) {
  const save = useSaveLabels(run.id);
  return (
    <EditInPlace
      label="Name"
      text={run.config.name}
      placeholder="Leave empty for an automatic name"
      save={(name) => save({ name })}
    >
      <h1 className="min-w-0 break-words font-semibold text-xl tracking-tight">{run.name}</h1>
    </EditInPlace>
  );
}

/** A run's notes and tags. */
export function RunNotes({ run }: { run: RunDetail }) {
  const save = useSaveLabels(run.id);
  const { notes, tags } = run.config;
  return (
    <div className="mt-1.5 flex flex-wrap items-start gap-x-6 gap-y-1 text-sm">
      <EditInPlace
        label="Notes"
        text={notes}
        placeholder="Why this run? What do you expect?"
        isLong
        save={(text) => save({ notes: text })}
      >
        {notes ? (
          <p className="min-w-0 max-w-prose whitespace-pre-wrap break-words pt-0.5">{notes}</p>
        ) : (
          <p className="pt-0.5 text-faint">No notes</p>
        )}
      </EditInPlace>
      <EditInPlace
        label="Tags"
        text={tags.join(', ')}
        placeholder="Separate tags with commas"
        save={(text) => save({ tags: splitTags(text) })}
      >
        {tags.length > 0 ? (
          <ul className="flex min-w-0 flex-wrap gap-1.5 pt-1" aria-label="Tags">
            {tags.map((tag) => (
              <li key={tag} className="max-w-full truncate rounded-md bg-raised px-1.5 text-soft text-xs">
                {tag}
              </li>
            ))}
          </ul>
        ) : (
          <p className="pt-0.5 text-faint">No tags</p>
        )}
      </EditInPlace>
    </div>
  );
}

/** The tags without duplicates. */
const splitTags = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

/** @returns a function that saves labels and resolves to null, or to an error message */
function useSaveLabels(id: string): (labels: Labels) => Promise<string | null> {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutateAsync } = useMutation(
    trpc.runs.update.mutationOptions({
      onSuccess: (changed) => {
        queryClient.setQueryData(trpc.runs.get.queryKey({ id }), (run) => run && { ...run, ...changed });
        void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
        void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
      },
    }),
  );
  return async (labels) => {
    const { error } = runLabelsSchema.safeParse(labels);
    if (error) return error.issues[0]!.message;
    return mutateAsync({ id, ...labels }).then(
      () => null,
      (error: Error) => error.message,
    );
  };
}
