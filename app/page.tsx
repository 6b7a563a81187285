import { connection } from 'next/server';
import type { SearchParams } from 'nuqs/server';
import { loadRunsState, queryOf } from '@/components/runs/runs-url.ts';
import { RunsView } from '@/components/runs/runs-view.tsx';
import { getCaller } from '@/server/caller.ts';

export default async function RunsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  // Render per request, not at build time.
  await connection();
  const initial = await getCaller().runs.list(queryOf(await loadRunsState(searchParams)));
  return <RunsView initial={initial} />;
}
