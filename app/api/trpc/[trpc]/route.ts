import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { maxBatchSize } from '@/lib/max-batch-size.ts';
import { getContext } from '@/server/context.ts';
import { appRouter } from '@/server/router.ts';

const handler = (request: Request) =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: getContext,
    maxBatchSize,
  });

export { handler as GET, handler as POST };
