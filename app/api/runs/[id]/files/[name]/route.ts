import { Readable } from 'node:stream';
import { getContext } from '@/server/context.ts';
import { RunNotFoundError } from '@/server/errors.ts';
import { openDownload } from '@/server/runs/files/open-download.ts';

interface Context {
  params: Promise<{ id: string; name: string }>;
}

/** Archives of several runs lie in one folder of downloads. */
const nameForDownload: Record<string, (id: string) => string> = {
  'run.zip': (id) => `run_${id}.zip`,
  'tensorboard.zip': (id) => `tensorboard_${id}.zip`,
};

/** What would come of a download, without its bytes: what was opened for them is closed, which Next would not do. */
export async function HEAD(request: Request, context: Context) {
  const { body, status, headers } = await GET(request, context);
  await body?.cancel();
  return new Response(null, { status, headers });
}

/**
 * Downloads something of a run: by the run's id and one of a few names, never by a path. Without a length, which Next takes
 * from every route's answer.
 */
export async function GET(_request: Request, { params }: Context) {
  const { id, name } = await params;
  try {
    const download = await openDownload(getContext(), id, name);
    if (!download) return new Response('This run has no such file.\n', { status: 404 });
    const fileName = nameForDownload[name]?.(id) ?? name;
    return new Response(Readable.toWeb(download.content) as ReadableStream, {
      headers: {
        'Cache-Control': 'no-store',
        'Content-Disposition': `attachment; filename="${fileName}"`,
        'Content-Type': download.contentType,
      },
    });
  } catch (error) {
    if (error instanceof RunNotFoundError) return new Response(`${error.message}\n`, { status: 404 });
    throw error;
  }
}
