import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="mx-auto max-w-xl px-4 py-24 text-center">
      <h1 className="text-lg font-semibold">Page not found</h1>
      <p className="mt-2 text-soft">The run may have been deleted, or the address may be mistyped.</p>
      <Link className="button mt-6" href="/">
        All runs
      </Link>
    </main>
  );
}
