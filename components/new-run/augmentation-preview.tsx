import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Shuffle } from 'lucide-react';
import { useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTRPC } from '@/components/live/trpc.ts';
import { PixelImage } from '@/components/ui/pixel-image.tsx';
import { useThrottledValue } from '@/components/ui/use-throttled-value.ts';
import { changesPixels } from '@/lib/config/augmentations.ts';
import { previewFields } from '@/lib/config/field-table.ts';
import { unusedFields } from '@/lib/config/unused-fields.ts';
import { type PreviewImage, type PreviewOptions, previewCount, previewOptionsSchema } from '@/lib/data/preview.ts';
import { type FormValues, readForm } from './read-form.ts';

/** So often the server is asked anew while a slider moves. Milliseconds. */
const interval = 150;
/** Where there are no images yet, they are looked for. Milliseconds. */
const lookAgain = 5000;

/** Training images as the network would see them in stage 2. While a value is wrong, as they were before. */
export function AugmentationPreview() {
  const trpc = useTRPC();
  const [draw, setDraw] = useState(1);
  const typed = useWatch({ compute: (values: FormValues) => optionsOf(values) });
  const [lastRight, setLastRight] = useState(typed);
  if (typed !== null && typed !== lastRight) setLastRight(typed);
  const options: PreviewOptions = { ...JSON.parse(useThrottledValue(lastRight, interval) ?? '{}'), draw };
  const { data } = useQuery(
    trpc.data.preview.queryOptions(options, {
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      refetchInterval: ({ state }) => (state.data?.images === null ? lookAgain : false),
    }),
  );
  return (
    <section aria-label="Preview" className="mt-5 border-line border-t pt-4">
      <div className="mb-2.5 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p role="status" className="text-soft">
          {data?.images === null ? data.why : inWords(options)}
        </p>
        <button
          type="button"
          className="button"
          onClick={() => setDraw((before) => before + 1)}
          disabled={data?.images === null}
        >
          <Shuffle size={14} aria-hidden />
          Shuffle
        </button>
      </div>
      <ul className="grid grid-cols-4 gap-x-2 gap-y-3 sm:gap-x-3 lg:grid-cols-8">
        {Array.from({ length: previewCount }, (_, place) => (
          <Tile key={place} image={data?.images?.[place] ?? null} />
        ))}
      </ul>
    </section>
  );
}

/** As text, which is equal where the options are; null while one of them is wrong. */
function optionsOf(values: FormValues): string | null {
  const config = readForm(values);
  const isOff = unusedFields(config).augment !== undefined;
  const off = isOff ? { augment: false, use_mixup: false, use_cutout: false } : {};
  const chosen = Object.fromEntries(previewFields.map((name) => [name, config[name]]));
  const { data } = previewOptionsSchema.safeParse({ ...chosen, ...off, draw: 0 });
  return data ? JSON.stringify(data) : null;
}

function inWords(options: PreviewOptions): string {
  return changesPixels(options)
    ? 'As stage 2 shows them to the network, each epoch anew; below, as they are.'
    : 'Nothing changes the images: the network sees them as they are.';
}

function Tile({ image }: { image: PreviewImage | null }) {
  const named = image ? namesOf(image) : [];
  const isChanged = image !== null && image.pixels !== image.original;
  return (
    <li className="min-w-0">
      <PixelImage
        pixels={image?.pixels ?? null}
        label={named.join(', ') || 'no image yet'}
        className="w-full rounded-md"
      />
      <p className="mt-1 min-h-8 text-soft text-xs leading-tight [overflow-wrap:anywhere]">
        {named.map((name) => (
          <span key={name} className="block">
            {name}
          </span>
        ))}
      </p>
      <div className="h-7">
        {isChanged && <PixelImage pixels={image.original} label="as it is" className="h-full rounded-[3px]" />}
      </div>
    </li>
  );
}

/** `cat`, or `62 % cat` and `38 % dog`; what makes less than half a percent is not there to be seen. */
function namesOf({ targets }: PreviewImage): string[] {
  const shown = targets.filter(({ share }) => share >= 0.005);
  return shown.map(({ label, share }) => (shown.length === 1 ? label : `${Math.round(share * 100)}\u00a0% ${label}`));
}
