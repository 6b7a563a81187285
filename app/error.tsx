'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';

export default function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  // What went wrong on the server is told to nobody but whoever asks it.
  const { error: problem } = useQuery(useTRPC().system.status.queryOptions(undefined, { retry: false }));
  return (
    <main className="mx-auto max-w-xl px-4 py-24 text-center">
      <h1 className="text-lg font-semibold">This page failed</h1>
      <p className="mt-2 text-soft">{problem?.message ?? error.message}</p>
      <p className="mt-2 text-soft">Runs go on regardless: the trainer is a process of its own.</p>
      <button className="button mt-6" type="button" onClick={reset}>
        Try again
      </button>
    </main>
  );
}
