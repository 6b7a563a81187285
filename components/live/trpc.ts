import { isTRPCClientError } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '@/server/router.ts';

/** The server's procedures, typed, for TanStack Query. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** Whether the server says that there is no such run; not that it could not be asked. */
export const isNotFound = (error: unknown): boolean =>
  isTRPCClientError<AppRouter>(error) && error.data?.code === 'NOT_FOUND';
