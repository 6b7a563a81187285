import { readStatus } from '../system-status.ts';
import { procedure, router } from '../trpc.ts';

export const systemRouter = router({
  /** What computes here, whether the data is there, and what trains and waits. */
  status: procedure.query(({ ctx }) => readStatus(ctx)),
});
