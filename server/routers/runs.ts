import { tracked } from '@trpc/server';
import { z } from 'zod';
import { runLabelsSchema } from '@/lib/config/run-labels.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { finishScopeSchema } from '@/lib/run/events.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { deleteRun } from '@/server/runs/commands/delete.ts';
import { extendRun } from '@/server/runs/commands/extend.ts';
import { evaluateRun, finishRun } from '@/server/runs/commands/finish.ts';
import { resumeRun } from '@/server/runs/commands/resume.ts';
import { startRun } from '@/server/runs/commands/start.ts';
import { updateRun } from '@/server/runs/commands/update.ts';
import { followEvents } from '@/server/runs/events/follow-events.ts';
import { readLog } from '@/server/runs/files/read-log.ts';
import { findRow, listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { procedure, router } from '@/server/trpc.ts';

const byId = z.object({ id: z.string().max(100) });

const followSchema = z.object({
  /** If omitted, events of all runs. */
  runId: z.string().max(100).optional(),
  /**
   * Events after this id are sent: initially the `cursor` of `runs.get`, on reconnect the last id the client received.
   */
  lastEventId: z
    .string()
    .regex(/^\d{1,15}$/)
    .nullish(),
});

export const runsRouter = router({
  /** One page of the runs that match a query; without a query, the newest runs. */
  list: procedure.input(runQuerySchema.prefault({})).query(({ ctx, input }) => listRuns(ctx.db, input)),

  get: procedure.input(byId).query(({ ctx, input }) => readRun(ctx, input.id)),

  start: procedure
    .input(trainConfigSchema.extend({ key: z.string().min(8).max(64).optional() }))
    .mutation(({ ctx, input: { key, ...config } }) => startRun(ctx, config, { key })),

  /** Starts a run meant to reproduce another one, usually an imported log. */
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

  /** Ends stage 1 or all training of a running run early. */
  finish: procedure
    .input(byId.extend({ scope: finishScopeSchema }))
    .mutation(({ ctx, input }) => finishRun(ctx, input.id, input.scope)),

  /** Evaluates a canceled, interrupted or failed run without further training. */
  evaluate: procedure.input(byId).mutation(({ ctx, input }) => evaluateRun(ctx, input.id)),

  /** Resumes a canceled, interrupted or failed run. */
  resume: procedure.input(byId).mutation(({ ctx, input }) => resumeRun(ctx, input.id)),

  /** Trains a completed run for more epochs. */
  trainFurther: procedure
    .input(byId.extend({ epochs: z.number().int().min(1, 'must be 1 or more').max(1000, 'must be 1000 or less') }))
    .mutation(({ ctx, input }) => extendRun(ctx, input.id, input.epochs)),

  update: procedure
    .input(runLabelsSchema.extend(byId.shape))
    .mutation(({ ctx, input: { id, ...labels } }) => updateRun(ctx, id, labels)),

  /** The trainer's output: first its last part, then what follows the offset `after`. */
  log: procedure
    .input(byId.extend({ after: z.number().int().nonnegative().optional() }))
    .query(({ ctx, input }) => readLog(ctx, input.id, input.after)),

  delete: procedure.input(byId).mutation(({ ctx, input }) => deleteRun(ctx, input.id)),

  /** Events as they are recorded, each with its id; `progress` events have none because they are not stored. */
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
