import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { mostCalls } from '@/lib/most-calls.ts';
import { getContext } from '@/server/context.ts';
import { appRouter } from '@/server/router.ts';

const handler = (request: Request) =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: getContext,
    maxBatchSize: mostCalls,
  });

export { handler as GET, handler as POST };
