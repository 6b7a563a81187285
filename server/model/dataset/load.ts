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
 * Loads a data set by name.
 * @param onRead called repeatedly if reading takes long
 * @throws DataError if it is missing or invalid
 */
export const loadDataset = (name: string, folders: Folders, onRead: OnRead): Promise<Dataset> =>
  isBuiltInDataset(name) ? builtIn[name].load(folders, onRead) : loadCustomImages(name, folders, onRead);

/**
 * Selects a few random training images, of different classes if possible.
 * @param draw the same number selects the same images
 * @returns null if the images must be decoded first, which `loadDataset` does
 * @throws CustomImagesError if a folder is not a valid data set
 */
export const sampleDataset = (name: string, folders: Folders, count: number, draw: number): Promise<Sample | null> =>
  isBuiltInDataset(name) ? builtIn[name].sample(folders, count, draw) : sampleCustomImages(name, folders, count, draw);
