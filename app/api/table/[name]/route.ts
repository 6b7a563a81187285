import { loadRunsState, queryOf } from '@/components/runs/runs-url.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { runsCsv } from '@/lib/runs/runs-csv.ts';
import { runsJson } from '@/lib/runs/runs-json.ts';
import { getContext } from '@/server/context.ts';
import { readAllRuns } from '@/server/runs/queries/read-runs.ts';

interface Context {
  params: Promise<{ name: string }>;
}

/** Exports the table of runs, with the filters and the order in the query parameters of its page. */
export async function GET(request: Request, { params }: Context) {
  const { name } = await params;
  if (name !== 'runs.csv' && name !== 'runs.json')
    return new Response('Unknown export. Use runs.csv or runs.json.\n', { status: 404 });
  const runs = readAllRuns(getContext().db, runQuerySchema.parse(queryOf(loadRunsState(request))));
  const isCsv = name === 'runs.csv';
  return new Response(isCsv ? runsCsv(runs) : runsJson(runs), {
    headers: {
      'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
}
