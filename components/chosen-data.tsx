import { useWatch } from 'react-hook-form';
import { backboneSchema } from '@/lib/backbones.ts';
import { type DataNeeds, imageSizes } from '@/lib/data-files.ts';
import { DataOffer } from './data-offer.tsx';
import { DataProblems } from './data-problems.tsx';
import { OwnWeights } from './own-weights.tsx';
import { lackingParts } from './prepare-data.ts';
import type { FormValues } from './read-form.ts';
import { useDataStatus } from './use-data-status.ts';

/** What the data folder lacks for what is chosen in the form; or, where that is nothing, what else could be had. */
export function ChosenData() {
  const [dataset, chosen, size] = useWatch<FormValues, ['dataset', 'backbone', 'image_size']>({
    name: ['dataset', 'backbone', 'image_size'],
  });
  const status = useDataStatus();
  const backbone = backboneSchema.catch('imagenet').parse(chosen);
  const imageSize = imageSizes.find((each) => each === Number(size));
  if (!imageSize || !status) return null;
  const needs: DataNeeds = { dataset: String(dataset), backbone, image_size: imageSize };
  if (lackingParts(status, needs).length > 0) return <DataProblems needs={needs} />;
  return (
    <>
      <DataOffer />
      {backbone === 'imagenet' && <OwnWeights imageSize={imageSize} />}
    </>
  );
}
