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

/** Minimum time between two requests while a slider moves, in ms. */
const throttleInterval = 150;
/** How often to poll while the images have not been downloaded yet, in ms. */
const pollInterval = 5000;

/** Training images as stage 2 would see them. While a value is invalid, the preview shows the last valid options. */
export function AugmentationPreview() {
  const trpc = useTRPC();
  const [draw, setDraw] = useState(1);
  const current = useWatch({ compute: (values: FormValues) => optionsOf(values) });
  const [lastValid, setLastValid] = useState(current);
  if (current !== null && current !== lastValid) setLastValid(current);
  const options: PreviewOptions = { ...JSON.parse(useThrottledValue(lastValid, throttleInterval) ?? '{}'), draw };
  const { data } = useQuery(
    trpc.data.preview.queryOptions(options, {
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      refetchInterval: ({ state }) => (state.data?.images === null ? pollInterval : false),
    }),
  );
  return (
    <section aria-label="Preview" className="mt-5 border-line border-t pt-4">
      <div className="mb-2.5 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p role="status" className="text-soft">
          {data?.images === null ? data.why : describeEffect(options)}
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

/** The options as JSON, so that equal options are equal values; null while one of them is invalid. */
function optionsOf(values: FormValues): string | null {
  const config = readForm(values);
  const isOff = unusedFields(config).augment !== undefined;
  const off = isOff ? { augment: false, use_mixup: false, use_cutout: false } : {};
  const chosen = Object.fromEntries(previewFields.map((name) => [name, config[name]]));
  const { data } = previewOptionsSchema.safeParse({ ...chosen, ...off, draw: 0 });
  return data ? JSON.stringify(data) : null;
}

function describeEffect(options: PreviewOptions): string {
  return changesPixels(options)
    ? 'Training images as stage 2 sees them, different in every epoch. Below each, the original.'
    : 'No augmentation: the network sees the original images.';
}

function Tile({ image }: { image: PreviewImage | null }) {
  const labels = image ? labelsOf(image) : [];
  const isChanged = image !== null && image.pixels !== image.original;
  return (
    <li className="min-w-0">
      <PixelImage
        pixels={image?.pixels ?? null}
        label={labels.join(', ') || 'no image yet'}
        className="w-full rounded-md"
      />
      <p className="mt-1 min-h-8 text-soft text-xs leading-tight [overflow-wrap:anywhere]">
        {labels.map((label) => (
          <span key={label} className="block">
            {label}
          </span>
        ))}
      </p>
      <div className="h-7">
        {isChanged && <PixelImage pixels={image.original} label="original" className="h-full rounded-[3px]" />}
      </div>
    </li>
  );
}

/** `cat`, or `62 % cat` and `38 % dog` for a mixup; shares that round to 0 % are omitted. */
function labelsOf({ targets }: PreviewImage): string[] {
  const shown = targets.filter(({ share }) => share >= 0.005);
  return shown.map(({ label, share }) => (shown.length === 1 ? label : `${Math.round(share * 100)}\u00a0% ${label}`));
}
