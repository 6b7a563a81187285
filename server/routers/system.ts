import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { measureDiskUse } from '@/server/machine/disk-use.ts';
import { readEngines, thisMachine } from '@/server/machine/machine.ts';
import { readSpeeds } from '@/server/machine/read-speeds.ts';
import { readStatus } from '@/server/machine/system-status.ts';
import { procedure, router } from '@/server/trpc.ts';

export const systemRouter = router({
  /** The engine in use, the running run and the queue. */
  status: procedure.query(({ ctx }) => readStatus(ctx)),

  /** Disk space used by runs, cache and data. */
  diskUse: procedure.query(({ ctx }) => measureDiskUse(ctx)),

  /** Measured speeds of this machine, from which the time of any config is estimated. */
  speeds: procedure.query(({ ctx }) => ({ machine: thisMachine(ctx.env.paths.cache), ...readSpeeds(ctx) })),

  /** The engine that `auto` selects on this machine, and the status of the others. */
  engines: procedure.query(({ ctx }) => readEngines(ctx.env.paths.cache)),

  /** Measures speeds that are still unknown for this config; takes about five seconds. */
  probe: procedure.input(trainConfigSchema).mutation(({ ctx, input }) => ctx.prober.probe(input)),
});
