import { asc, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { imports } from '@/drizzle/schema.ts';
import { importDropped } from '@/server/runs/imports/import-dropped.ts';
import { procedure, router } from '@/server/trpc.ts';

const droppedLogSchema = z.object({
  name: z.string().max(500),
  text: z.string(),
  modifiedAt: z.number().nonnegative().max(8.64e15),
});

export const logsRouter = router({
  /** Files in the results folder that could not be imported as logs, each with the reason. */
  problems: procedure.query(({ ctx }) =>
    ctx.db
      .select({ file: imports.file, problem: imports.problem })
      .from(imports)
      .where(isNotNull(imports.problem))
      .orderBy(asc(imports.file))
      .all(),
  ),

  /** Imports a log dropped on the page. */
  import: procedure.input(droppedLogSchema).mutation(({ ctx, input }) => importDropped(ctx, input)),
});
