import { useQuery } from '@tanstack/react-query';
import { Check, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWatch } from 'react-hook-form';
import { useDatasetSize } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { fieldNamed } from '@/lib/config/fields.ts';
import { type Preset, presets } from '@/lib/config/presets.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { formatRoundedUp } from '@/lib/format.ts';
import { estimateRun, findCached } from '@/lib/work/estimate.ts';
import { changedFields, type FormOrigin, fillPreset } from './form-origin.ts';
import { type FormValues, readForm } from './read-form.ts';

interface StartingPointsProps {
  origin: FormOrigin;
  onFill: (origin: FormOrigin) => void;
  /** What else fills the form. */
  children: ReactNode;
}

/** What the form can be filled with, which of it that was, and what was changed since. */
export function StartingPoints({ origin, onFill, children }: StartingPointsProps) {
  const values = useWatch<FormValues>() as FormValues;
  const changed = changedFields(values, origin);
  return (
    <section aria-label="Start from" className="space-y-2.5">
      <ul className="grid grid-cols-2 gap-2.5 lg:grid-cols-4">
        {presets.map((preset) => (
          <li key={preset.title} className="flex">
            <PresetButton
              preset={preset}
              values={values}
              state={origin.title !== preset.title ? 'other' : changed.length > 0 ? 'changed' : 'chosen'}
              onChoose={() => onFill({ title: preset.title, values: fillPreset(preset.config, values) })}
            />
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <p role="status" className="min-w-0 grow basis-60 text-soft">
          {changed.length === 0 ? 'As in ' : 'Begun with '}
          <strong className="font-semibold text-ink">{origin.title}</strong>
          {changed.length > 0 && `, changed: ${changed.map((name) => fieldNamed(name).label).join(', ')}`}.
          {changed.length > 0 && (
            <button
              type="button"
              onClick={() => onFill({ ...origin, values: { ...values, ...pick(origin.values, changed) } })}
              className="ml-2 inline-flex items-center gap-1 text-accent hover:underline"
            >
              <Undo2 size={13} aria-hidden />
              Take back
            </button>
          )}
        </p>
        {children}
      </div>
    </section>
  );
}

const pick = (values: FormValues, names: readonly (keyof FormValues)[]): Partial<FormValues> =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

interface PresetButtonProps {
  preset: Preset;
  values: FormValues;
  state: 'chosen' | 'changed' | 'other';
  onChoose: () => void;
}

function PresetButton({ preset, values, state, onChoose }: PresetButtonProps) {
  const isChosen = state !== 'other';
  const atMost = usePresetTime(preset, values);
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className={`card flex w-full flex-col gap-0.5 p-3 text-left ${
        isChosen ? 'border-accent bg-accent-soft shadow-[inset_0_0_0_1px_var(--accent)]' : 'hover:border-line-strong'
      }`}
    >
      <span className="flex w-full items-center gap-1.5 font-semibold">
        {preset.title}
        {isChosen && <Check size={14} className="text-accent" aria-hidden />}
        {state === 'changed' && (
          <span className="ml-auto rounded-full bg-panel px-1.5 font-normal text-soft text-xs">changed</span>
        )}
      </span>
      <span className="text-soft text-xs">{preset.help}</span>
      <span className="mt-auto pt-1 text-faint text-xs">{atMost ?? '\u00a0'}</span>
    </button>
  );
}

/** How long it takes here, where this machine has shown any speed: `at most 2 min`. */
function usePresetTime(preset: Preset, values: FormValues): string | null {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.speeds.queryOptions());
  const { data: config } = trainConfigSchema.safeParse(readForm(fillPreset(preset.config, values)));
  const size = useDatasetSize(config?.dataset);
  if (!data || !config || !size) return null;
  const kept = findCached(config, data.kept, data.cacheLimit);
  const estimate = estimateRun(config, { size, speeds: data.speeds, cached: kept });
  if (!estimate) return null;
  return `at most ${formatRoundedUp(estimate.seconds)} here${estimate.isMeasured ? '' : ', roughly'}`;
}
