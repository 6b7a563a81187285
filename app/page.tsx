import { connection } from 'next/server';
import { RunsView } from '@/components/runs-view.tsx';
import { getCaller } from '@/server/caller.ts';

export default async function RunsPage() {
  // The runs of now, not those of the build.
  await connection();
  return <RunsView initial={await getCaller().runs.list()} />;
}
