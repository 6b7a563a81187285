import { z } from 'zod';
import { type DataPart, dataParts } from '@/lib/data/data-files.ts';
import { previewOptionsSchema } from '@/lib/data/preview.ts';
import { listDatasets } from '@/server/data/datasets.ts';
import { previewImages } from '@/server/data/preview.ts';
import { procedure, router } from '@/server/trpc.ts';

const byPart = z.object({ part: z.enum(dataParts as [DataPart, ...DataPart[]]) });

export const dataRouter = router({
  /** What the data folder holds, and how far what is being fetched is. */
  status: procedure.query(({ ctx }) => ctx.downloads.status()),

  /** What can be trained on, own images included, and what is wrong with what cannot. */
  datasets: procedure.query(({ ctx }) => listDatasets(ctx)),

  /** Some training images as the network would see them. */
  preview: procedure.input(previewOptionsSchema).query(({ ctx, input }) => previewImages(ctx.env.paths, input)),

  /** Begins to fetch a part, or goes on with it; says where it stands now. Whoever asks while it comes, joins. */
  get: procedure.input(byPart).mutation(({ ctx, input }) => {
    ctx.downloads.start(input.part);
    return ctx.downloads.stateOf(input.part);
  }),

  /** Stops fetching a part. What has come is kept. */
  stop: procedure.input(byPart).mutation(({ ctx, input }) => ctx.downloads.stop(input.part)),
});
