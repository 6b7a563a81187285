import { z } from 'zod';
import { compareRuns } from '@/server/runs/queries/compare-runs.ts';
import { procedure, router } from '@/server/trpc.ts';

export const compareRouter = router({
  /** Whether each run is better than the first one on their test images, and whether the difference could be chance. */
  verdicts: procedure
    .input(z.object({ ids: z.array(z.string()).max(100, 'at most 100 runs') }))
    .query(({ ctx, input }) => compareRuns(ctx, input.ids)),
});
