import { trainImages } from '@/lib/reproduction.ts';
import type { RunDetail } from '@/lib/run.ts';
import { wholeEpochs } from '@/lib/whole-epochs.ts';
import type { Token } from './figure.ts';
import type { ComparedCurve } from './prepare-compared-curves.ts';
import { eventsOf } from './reduce-run.ts';

/** A run among others: with a name that is its alone there, and its colour. */
export interface ComparedRun {
  run: RunDetail;
  name: string;
  colour: Token;
}

/** A run's epochs as a curve among others. @param batches whether epochs of a single batch count, too */
export function curveOf({ run, name, colour }: ComparedRun, batches = false): ComparedCurve {
  const images = eventsOf(run, 'started').at(-1)?.images.train ?? trainImages(run.config);
  const epochs = batches ? eventsOf(run, 'epoch') : wholeEpochs(run);
  return { name, colour, config: run.config, epochs, trainImages: images };
}

/** Whether half of its epochs in stage 2 were single batches. */
export const hasBatchEpochs = (run: Pick<RunDetail, 'status' | 'config' | 'events'>): boolean =>
  wholeEpochs(run).length < eventsOf(run, 'epoch').length;
