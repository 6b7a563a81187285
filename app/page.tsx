import { connection } from 'next/server';
import type { SearchParams } from 'nuqs/server';
import { loadRunsState, queryOf } from '@/components/runs-url.ts';
import { RunsView } from '@/components/runs-view.tsx';
import { getCaller } from '@/server/caller.ts';

export default async function RunsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  // The runs of now, not those of the build.
  await connection();
  const { runs } = getCaller();
  const initial = await runs.list(queryOf(await loadRunsState(searchParams)));
  const isEmpty = initial.total === 0 && (await runs.list({ limit: 1 })).total === 0;
  return <RunsView initial={initial} isEmpty={isEmpty} />;
}
