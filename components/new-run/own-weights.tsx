'use client';

import { isRequested } from '@/components/downloads/data-status.ts';
import { GetData, useDownload } from '@/components/downloads/get-data.tsx';
import { useDataStatus } from '@/components/downloads/use-data-status.ts';
import { fallbackSize, type ImageSize, weightsPart } from '@/lib/data/data-files.ts';

/** A note that the weights of another image size are used, with a button that downloads those made for the selected size. */
export function OwnWeights({ imageSize }: { imageSize: ImageSize }) {
  const status = useDataStatus();
  const { get } = useDownload();
  const stateOf = (size: ImageSize) => status?.parts.find(({ part }) => part === weightsPart(size));
  const own = stateOf(imageSize);
  if (!own || own.state.is === 'present' || stateOf(fallbackSize)?.state.is !== 'present') return null;
  if (isRequested(own)) {
    return (
      <section className="card p-4" aria-label="Weights">
        <GetData status={own} />
      </section>
    );
  }
  return (
    <p className="text-faint text-xs">
      Using the {fallbackSize} px ImageNet weights; the {imageSize} px ones aren’t downloaded.{' '}
      <button
        type="button"
        className="text-accent underline"
        onClick={() => get.mutate({ part: own.part })}
        disabled={get.isPending}
      >
        Download them (about 9 MB)
      </button>
    </p>
  );
}
