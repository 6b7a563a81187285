import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { builtInDatasets, type DatasetSize, isBuiltInDataset } from '@/lib/data/datasets.ts';

/** All datasets. Refetched when the window regains focus, since a folder may have been added. */
export function useDatasets() {
  const trpc = useTRPC();
  return useQuery(trpc.data.datasets.queryOptions()).data;
}

/** The number of images in a dataset; null if it does not exist or is not usable for training. */
export function useDatasetSize(dataset = ''): DatasetSize | null {
  return useDatasetSizes()(dataset);
}

/** Like `useDatasetSize`, for any dataset. */
export function useDatasetSizes(): (dataset: string) => DatasetSize | null {
  const list = useDatasets();
  return (dataset) =>
    isBuiltInDataset(dataset)
      ? builtInDatasets[dataset].size
      : (list?.datasets.find(({ name }) => name === dataset)?.size ?? null);
}
