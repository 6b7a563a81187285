import { z } from 'zod';
import { type TrainConfigField, trainConfigSchema } from '@/lib/config/train-config.ts';
import { curveMetrics } from '@/lib/runs/columns.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { countFacets } from '@/server/runs/queries/count-facets.ts';
import { readBestRuns } from '@/server/runs/queries/read-best-runs.ts';
import { readCurves } from '@/server/runs/queries/read-curves.ts';
import { readPoints } from '@/server/runs/queries/read-points.ts';
import { procedure, router } from '@/server/trpc.ts';

const fieldNames = Object.keys(trainConfigSchema.shape) as [TrainConfigField, ...TrainConfigField[]];

/** Filters, summaries and charts shown with the runs table. */
export const dashboardRouter = router({
  /** The values that runs can be filtered by, with counts. */
  facets: procedure.query(({ ctx }) => countFacets(ctx.db)),

  /** The best runs matching a query, grouped by test set. */
  best: procedure.input(runQuerySchema).query(({ ctx, input }) => readBestRuns(ctx.db, input)),

  /** One metric per epoch, for the first runs matching a query. */
  curves: procedure
    .input(runQuerySchema.extend({ metric: z.enum(curveMetrics), batches: z.boolean().default(false) }))
    .query(({ ctx, input: { metric, batches, ...query } }) => readCurves(ctx.db, query, metric, batches)),

  /** Accuracy and training time of a query's runs. */
  points: procedure
    .input(runQuerySchema.extend({ by: z.enum(fieldNames).nullable() }))
    .query(({ ctx, input: { by, ...query } }) => readPoints(ctx.db, query, by)),
});
