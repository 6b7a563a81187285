import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '@/server/router.ts';
import { getServices } from '@/server/services.ts';

const handler = (request: Request) =>
  fetchRequestHandler({
    ...{ endpoint: '/api/trpc', req: request, router: appRouter, createContext: getServices },
    // A page asks for a handful of things at a time.
    maxBatchSize: 50,
  });

export { handler as GET, handler as POST };
