'use client';

export default function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto max-w-xl px-4 py-24 text-center">
      <h1 className="text-lg font-semibold">This page failed</h1>
      <p className="mt-2 text-soft">{error.message}</p>
      <p className="mt-2 text-soft">Runs go on regardless: the trainer is a process of its own.</p>
      <button className="button mt-6" type="button" onClick={reset}>
        Try again
      </button>
    </main>
  );
}
