import { cifar10Classes } from '@/lib/data/classes.ts';
import type { OnRead } from '@/server/model/dataset/dataset.ts';
import { type Dataset, datasetOf, emptyImages, type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { renderSketch10, sketch10Sizes } from './sketch10.ts';

/** Images rendered between two `onRead` calls, about 0.1 s, so that the trainer can process messages. */
const slice = 250;

/** Renders all of sketch10, which is not stored on disk. */
export async function loadSketch10(onRead: OnRead): Promise<Dataset> {
  const total = sketch10Sizes.train + sketch10Sizes.test;
  const render = async (split: keyof typeof sketch10Sizes, before: number): Promise<ImageSet> => {
    const images = emptyImages(sketch10Sizes[split]);
    for (let start = 0; start < images.count; start += slice) {
      const count = Math.min(slice, images.count - start);
      const { pixels, labels } = renderSketch10({ split, start, count });
      images.pixels.set(pixels, start * imageBytes);
      images.labels.set(labels, start);
      await onRead(before + start + count, total);
    }
    return images;
  };
  const train = await render('train', 0);
  const test = await render('test', train.count);
  return datasetOf({ name: 'sketch10', classes: cifar10Classes, train, test }, 'sketch10');
}
