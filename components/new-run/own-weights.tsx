'use client';

import { isRequested } from '@/components/downloads/data-status.ts';
import { GetData, useDownload } from '@/components/downloads/get-data.tsx';
import { useDataStatus } from '@/components/downloads/use-data-status.ts';
import { fallbackSize, type ImageSize, weightsPart } from '@/lib/data/data-files.ts';

/** Where the weights of another image size stand in for the chosen one's: says so, and gets those that Keras would take. */
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
      ImageNet weights for {fallbackSize} px stand in for those for {imageSize} px.{' '}
      <button
        type="button"
        className="text-accent underline"
        onClick={() => get.mutate({ part: own.part })}
        disabled={get.isPending}
      >
        Get those for {imageSize} px, about 9 MB
      </button>
    </p>
  );
}
