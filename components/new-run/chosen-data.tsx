import { useWatch } from 'react-hook-form';
import { DataOffer } from '@/components/downloads/data-offer.tsx';
import { DataProblems } from '@/components/downloads/data-problems.tsx';
import { missingParts } from '@/components/downloads/data-status.ts';
import { useDataStatus } from '@/components/downloads/use-data-status.ts';
import { type DataNeeds, imageSizes } from '@/lib/data/data-files.ts';
import { backboneSchema } from '@/lib/network/backbone-schema.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { OwnWeights } from './own-weights.tsx';
import type { FormValues } from './read-form.ts';

/** Offers to download what the selected data set, backbone and image size still need, or optional data if nothing is missing. */
export function ChosenData() {
  const [dataset, chosen, size] = useWatch<FormValues, ['dataset', 'backbone', 'image_size']>({
    name: ['dataset', 'backbone', 'image_size'],
  });
  const status = useDataStatus();
  const backbone = backboneSchema.catch('imagenet').parse(chosen);
  const imageSize = imageSizes.find((each) => each === Number(size));
  if (!imageSize || !status) return null;
  const needs: DataNeeds = { dataset: String(dataset), backbone, image_size: imageSize };
  if (missingParts(status, needs).length > 0) return <DataProblems needs={needs} />;
  return (
    <>
      <DataOffer />
      {backbones[backbone].weights.from === 'keras' && <OwnWeights imageSize={imageSize} />}
    </>
  );
}
