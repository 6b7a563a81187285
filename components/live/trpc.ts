import { isTRPCClientError } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '@/server/router.ts';

/** Typed access to the server's procedures through TanStack Query. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** Whether the server answered that the run does not exist. False for a failed request. */
export const isNotFound = (error: unknown): boolean =>
  isTRPCClientError<AppRouter>(error) && error.data?.code === 'NOT_FOUND';
