import { trainConfigSchema } from '../../lib/train-config.ts';
import { thisMachine } from '../machine.ts';
import { readSpeeds } from '../runs/read-speeds.ts';
import { readStatus } from '../system-status.ts';
import { procedure, router } from '../trpc.ts';

export const systemRouter = router({
  /** What computes here, and what trains and waits. */
  status: procedure.query(({ ctx }) => readStatus(ctx)),

  /** What is known of this machine's speed, for estimates of any config. */
  speeds: procedure.query(({ ctx }) => ({ machine: thisMachine(), ...readSpeeds(ctx) })),

  /** Measures what is not known yet for this config; takes about five seconds. */
  probe: procedure.input(trainConfigSchema).mutation(({ ctx, input }) => ctx.prober.probe(input)),
});
