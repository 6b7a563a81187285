import { type BuiltInDataset, isBuiltInDataset } from '@/lib/data/datasets.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { loadCifar10 } from './cifar10.ts';
import { loadCustomImages } from './custom-images/load-custom-images.ts';
import type { Dataset, OnRead } from './dataset.ts';
import { type Sample, sampleCifar10, sampleCustomImages, sampleSketch10 } from './sample.ts';
import { loadSketch10 } from './sketch10/load-sketch10.ts';

type Folders = Pick<Paths, 'data' | 'datasets' | 'cache'>;

interface Source {
  load: (folders: Folders, onRead: OnRead) => Promise<Dataset>;
  sample: (folders: Folders, count: number, draw: number) => Promise<Sample>;
}

const builtIn: Record<BuiltInDataset, Source> = {
  cifar10: {
    load: ({ data }) => loadCifar10(data),
    sample: ({ data }, count, draw) => sampleCifar10(data, count, draw),
  },
  sketch10: {
    load: (_, onRead) => loadSketch10(onRead),
    sample: async (_, count, draw) => sampleSketch10(count, draw),
  },
};

/**
 * The data set of that name.
 * @param onRead called while it is read, where that takes a while
 * @throws DataError where it is not there or is not what it should be
 */
export const loadDataset = (name: string, folders: Folders, onRead: OnRead): Promise<Dataset> =>
  isBuiltInDataset(name) ? builtIn[name].load(folders, onRead) : loadCustomImages(name, folders, onRead);

/**
 * A few training images, as far as possible of different classes, from a place that is drawn: the same draw gives the same.
 * @returns null where they must be decoded first, which `loadDataset` does
 * @throws CustomImagesError where a folder is no data set
 */
export const sampleDataset = (name: string, folders: Folders, count: number, draw: number): Promise<Sample | null> =>
  isBuiltInDataset(name) ? builtIn[name].sample(folders, count, draw) : sampleCustomImages(name, folders, count, draw);
