import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { mostCalls } from '@/lib/most-calls.ts';
import { appRouter } from '@/server/router.ts';
import { getServices } from '@/server/services.ts';

const handler = (request: Request) =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: getServices,
    maxBatchSize: mostCalls,
  });

export { handler as GET, handler as POST };
