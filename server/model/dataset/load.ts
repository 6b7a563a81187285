import type { Paths } from '@/server/model/files/paths.ts';
import { loadCifar10 } from './cifar10.ts';
import type { Dataset, OnRead } from './dataset.ts';
import { loadOwnImages } from './own-images/load-own-images.ts';
import { loadSketch10 } from './sketch10/load-sketch10.ts';

/**
 * The data set of that name, as every part of a run takes it.
 * @param onRead told how far reading is, where that takes a while
 * @throws DataError where it is not there or is not what it should be
 */
export async function loadDataset(
  name: string,
  paths: Pick<Paths, 'data' | 'datasets' | 'cache'>,
  onRead: OnRead,
): Promise<Dataset> {
  switch (name) {
    case 'cifar10':
      return loadCifar10(paths.data);
    case 'sketch10':
      return loadSketch10(onRead);
    default:
      return loadOwnImages(name, paths, onRead);
  }
}
