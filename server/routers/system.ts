import { readStatus } from '../system-status.ts';
import { procedure, router } from '../trpc.ts';

export const systemRouter = router({
  /** What computes here, and what trains and waits. */
  status: procedure.query(({ ctx }) => readStatus(ctx)),
});
