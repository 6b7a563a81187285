import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { builtInDatasets, type DatasetSize, isBuiltInDataset } from '@/lib/data/datasets.ts';

/** What can be trained on. Asked again when the window is returned to: someone may have put a folder there. */
export function useDatasets() {
  const trpc = useTRPC();
  return useQuery(trpc.data.datasets.queryOptions()).data;
}

/** How many images a data set has; null where it is not there, or cannot be trained on. */
export function useDatasetSize(dataset = ''): DatasetSize | null {
  const list = useDatasets();
  if (isBuiltInDataset(dataset)) return builtInDatasets[dataset].size;
  return list?.datasets.find(({ name }) => name === dataset)?.size ?? null;
}
