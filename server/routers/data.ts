import { z } from 'zod';
import { type DataPart, dataParts } from '@/lib/data/data-files.ts';
import { previewOptionsSchema } from '@/lib/data/preview.ts';
import { listDatasets } from '@/server/data/datasets.ts';
import { previewImages } from '@/server/data/preview.ts';
import { procedure, router } from '@/server/trpc.ts';

const byPart = z.object({ part: z.enum(dataParts as [DataPart, ...DataPart[]]) });

export const dataRouter = router({
  /** The contents of the data folder and the progress of downloads. */
  status: procedure.query(({ ctx }) => ctx.downloads.status()),

  /** All data sets including custom images; those that cannot be used come with the reason. */
  datasets: procedure.query(({ ctx }) => listDatasets(ctx)),

  /** A few training images as the network sees them. */
  preview: procedure.input(previewOptionsSchema).query(({ ctx, input }) => previewImages(ctx.env.paths, input)),

  /** Starts or resumes the download of a part and returns its state. A download in progress is shared. */
  get: procedure.input(byPart).mutation(({ ctx, input }) => {
    ctx.downloads.start(input.part);
    return ctx.downloads.stateOf(input.part);
  }),

  /** Stops the download of a part. The bytes received so far are kept. */
  stop: procedure.input(byPart).mutation(({ ctx, input }) => ctx.downloads.stop(input.part)),
});
