import { tracked } from '@trpc/server';
import { z } from 'zod';
import { runLabelsSchema } from '@/lib/config/run-labels.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { deleteRun } from '@/server/runs/commands/delete.ts';
import { extendRun } from '@/server/runs/commands/extend.ts';
import { resumeRun } from '@/server/runs/commands/resume.ts';
import { startRun } from '@/server/runs/commands/start.ts';
import { updateRun } from '@/server/runs/commands/update.ts';
import { followEvents } from '@/server/runs/events/follow.ts';
import { readLog } from '@/server/runs/files/read-log.ts';
import { findRow, listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { procedure, router } from '@/server/trpc.ts';

const byId = z.object({ id: z.string().max(100) });

const followSchema = z.object({
  /** Left out: every run. */
  runId: z.string().max(100).optional(),
  /** Tells from where to go on; the client's own when it reconnects, at first the `cursor` of `runs.get`. */
  lastEventId: z
    .string()
    .regex(/^\d{1,15}$/)
    .nullish(),
});

export const runsRouter = router({
  /** A part of the runs that are asked for; left out, the newest. */
  list: procedure.input(runQuerySchema.prefault({})).query(({ ctx, input }) => listRuns(ctx.db, input)),

  get: procedure.input(byId).query(({ ctx, input }) => readRun(ctx, input.id)),

  start: procedure
    .input(trainConfigSchema.extend({ key: z.string().min(8).max(64).optional() }))
    .mutation(({ ctx, input: { key, ...config } }) => startRun(ctx, config, { key })),

  /** A run that is to come out like another, mostly an imported log's. */
  reproduce: procedure
    .input(z.object({ of: z.string().max(100), config: trainConfigSchema }))
    .mutation(({ ctx, input }) => {
      findRow(ctx.db, input.of);
      return startRun(ctx, input.config, { reproduces: input.of });
    }),

  cancel: procedure.input(byId).mutation(({ ctx, input }) => {
    cancelRun(ctx, input.id);
    return { status: findRow(ctx.db, input.id).status };
  }),

  /** A run that was canceled, interrupted, or has failed, goes on where it stopped. */
  resume: procedure.input(byId).mutation(({ ctx, input }) => resumeRun(ctx, input.id)),

  /** A completed run trains so many epochs more. */
  trainFurther: procedure
    .input(byId.extend({ epochs: z.number().int().min(1, 'must be 1 or more').max(1000, 'must be 1000 or less') }))
    .mutation(({ ctx, input }) => extendRun(ctx, input.id, input.epochs)),

  update: procedure
    .input(runLabelsSchema.extend(byId.shape))
    .mutation(({ ctx, input: { id, ...labels } }) => updateRun(ctx, id, labels)),

  /** What the trainer has printed: at first the end of it, then what came after the part before. */
  log: procedure
    .input(byId.extend({ after: z.number().int().nonnegative().optional() }))
    .query(({ ctx, input }) => readLog(ctx, input.id, input.after)),

  delete: procedure.input(byId).mutation(({ ctx, input }) => deleteRun(ctx, input.id)),

  /** Events as they are recorded, each under its id; `progress` has none, as it is not kept. */
  follow: procedure.input(followSchema).subscription(async function* ({ ctx, input, signal }) {
    if (input.runId !== undefined) findRow(ctx.db, input.runId);
    const cursor = input.lastEventId ? Number(input.lastEventId) : undefined;
    const followed = followEvents(ctx, { runId: input.runId, cursor, signal });
    for await (const stored of followed) {
      if (stored.id === 0) yield stored;
      else yield tracked(String(stored.id), stored);
    }
  }),
});
