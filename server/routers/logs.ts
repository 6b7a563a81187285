import { asc, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { imports } from '@/drizzle/schema.ts';
import { importDropped } from '@/server/runs/imports/import-dropped.ts';
import { procedure, router } from '@/server/trpc.ts';

const droppedLogSchema = z
  .object({
    name: z.string().max(500),
    /** The file's bytes. The server decodes them, as it does those of files in the results folder. */
    base64: z.string().optional(),
    /** The same as text, which is stored as UTF-8. */
    text: z.string().optional(),
    modifiedAt: z.number().nonnegative().max(8.64e15),
  })
  .refine(({ base64, text }) => (base64 === undefined) !== (text === undefined), 'needs either base64 or text');

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
  import: procedure.input(droppedLogSchema).mutation(({ ctx, input: { name, base64, text, modifiedAt } }) => {
    const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
    return importDropped(ctx, { name, bytes, modifiedAt });
  }),
});
