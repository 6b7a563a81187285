import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { type DatasetSize, datasetSizes, isKnownDataset } from '@/lib/data/dataset-sizes.ts';

/** What can be trained on. Asked again when the window is returned to: someone may have put a folder there. */
export function useDatasets() {
  const trpc = useTRPC();
  return useQuery(trpc.data.datasets.queryOptions()).data;
}

/** How many images a data set has; null where it is not there, or cannot be trained on. */
export function useDatasetSize(dataset = ''): DatasetSize | null {
  const list = useDatasets();
  if (isKnownDataset(dataset)) return datasetSizes[dataset];
  return list?.datasets.find(({ name }) => name === dataset)?.size ?? null;
}
