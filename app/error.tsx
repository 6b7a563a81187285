'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';

export default function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  // Next hides the messages of server errors, so ask the server: its status fails with the actual message.
  const { error: problem } = useQuery(useTRPC().system.status.queryOptions(undefined, { retry: false }));
  return (
    <main className="mx-auto max-w-xl px-4 py-24 text-center">
      <h1 className="text-lg font-semibold">This page could not be loaded</h1>
      <p className="mt-2 text-soft">{problem?.message ?? error.message}</p>
      <p className="mt-2 text-soft">Your runs are not affected: the trainer is a separate process.</p>
      <button className="button mt-6" type="button" onClick={reset}>
        Try again
      </button>
    </main>
  );
}
