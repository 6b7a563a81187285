import { loadRunsState, queryOf } from '@/components/runs/runs-url.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { runsCsv } from '@/lib/runs/runs-csv.ts';
import { getContext } from '@/server/context.ts';
import { readAllRuns } from '@/server/runs/queries/read-runs.ts';

interface Context {
  params: Promise<{ name: string }>;
}

/** The table of runs to take along, filtered and sorted as its page's address says. */
export async function GET(request: Request, { params }: Context) {
  const { name } = await params;
  if (name !== 'runs.csv' && name !== 'runs.json')
    return new Response('There is runs.csv and runs.json.\n', { status: 404 });
  const runs = readAllRuns(getContext().db, runQuerySchema.parse(queryOf(loadRunsState(request))));
  const isCsv = name === 'runs.csv';
  return new Response(isCsv ? runsCsv(runs) : `${JSON.stringify(runs, null, 1)}\n`, {
    headers: {
      'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
}
