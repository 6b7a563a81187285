import { Readable } from 'node:stream';
import { getContext } from '@/server/context.ts';
import { RunNotFoundError } from '@/server/errors.ts';
import { openDownload } from '@/server/runs/files/open-download.ts';

interface Context {
  params: Promise<{ id: string; name: string }>;
}

/** Archive names contain the run's id, so that archives of several runs can share a download folder. */
const downloadNames: Record<string, (id: string) => string> = {
  'run.zip': (id) => `run_${id}.zip`,
  'tensorboard.zip': (id) => `tensorboard_${id}.zip`,
};

/** The headers of a download. Next would leave the opened file open, so this closes it. */
export async function HEAD(request: Request, context: Context) {
  const { body, status, headers } = await GET(request, context);
  await body?.cancel();
  return new Response(null, { status, headers });
}

/**
 * Downloads a file of a run, by the run's id and one of a few names, never by a path. Sends no Content-Length, since Next
 * removes it from route responses.
 */
export async function GET(_request: Request, { params }: Context) {
  const { id, name } = await params;
  try {
    const download = await openDownload(getContext(), id, name);
    if (!download) return new Response('This run has no such file.\n', { status: 404 });
    const fileName = downloadNames[name]?.(id) ?? name;
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
