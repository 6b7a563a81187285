import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { measureDiskUse } from '@/server/machine/disk-use.ts';
import { readEngines, thisMachine } from '@/server/machine/machine.ts';
import { readSpeeds } from '@/server/machine/read-speeds.ts';
import { readStatus } from '@/server/machine/system-status.ts';
import { procedure, router } from '@/server/trpc.ts';

export const systemRouter = router({
  /** What computes here, and what trains and waits. */
  status: procedure.query(({ ctx }) => readStatus(ctx)),

  /** How much of the disk runs, cache and data take. */
  diskUse: procedure.query(({ ctx }) => measureDiskUse(ctx)),

  /** What is known of this machine's speed, for estimates of any config. */
  speeds: procedure.query(({ ctx }) => ({ machine: thisMachine(ctx.env.paths.cache), ...readSpeeds(ctx) })),

  /** Which engine `auto` takes here, and what is known of the others. */
  engines: procedure.query(({ ctx }) => readEngines(ctx.env.paths.cache)),

  /** Measures what is not known yet for this config; takes about five seconds. */
  probe: procedure.input(trainConfigSchema).mutation(({ ctx, input }) => ctx.prober.probe(input)),
});
