import { useQuery } from '@tanstack/react-query';
import { Check, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWatch } from 'react-hook-form';
import { useDatasetSize } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { fieldNamed } from '@/lib/config/fields.ts';
import { type Preset, presets } from '@/lib/config/presets.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { formatDurationRange } from '@/lib/format.ts';
import { estimateRun, findCached } from '@/lib/work/estimate.ts';
import { changedFields, type FormOrigin, fillPreset } from './form-origin.ts';
import { type FormValues, readForm } from './read-form.ts';

interface StartingPointsProps {
  origin: FormOrigin;
  onFill: (origin: FormOrigin) => void;
  /** Other ways to fill the form, shown below the presets. */
  children: ReactNode;
}

/** The presets, the origin of the form’s values, and the fields that were changed since. */
export function StartingPoints({ origin, onFill, children }: StartingPointsProps) {
  const values = useWatch<FormValues>() as FormValues;
  const changed = changedFields(values, origin);
  const isOrigin = ({ title }: Preset) => origin.kind === 'preset' && origin.title === title;
  return (
    <section aria-label="Start from" className="space-y-2.5">
      <ul className="grid grid-cols-2 gap-2.5 lg:grid-cols-4">
        {presets.map((preset) => (
          <li key={preset.title} className="flex">
            <PresetButton
              preset={preset}
              values={values}
              state={!isOrigin(preset) ? 'other' : changed.length > 0 ? 'changed' : 'selected'}
              onSelect={() =>
                onFill({ kind: 'preset', title: preset.title, values: fillPreset(preset.config, values) })
              }
            />
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <p role="status" className="min-w-0 grow basis-60 text-soft">
          {changed.length === 0 ? (
            <Match origin={origin} />
          ) : (
            <>
              Based on <strong className="font-semibold text-ink">{origin.title}</strong>; changed:{' '}
              {changed.map((name) => fieldNamed(name).label).join(', ')} ·{' '}
              <button
                type="button"
                onClick={() => onFill({ ...origin, values: { ...values, ...pick(origin.values, changed) } })}
                className="inline-flex items-center gap-1 text-accent hover:underline"
              >
                <Undo2 size={13} aria-hidden />
                Undo changes
              </button>
            </>
          )}
        </p>
        {children}
      </div>
    </section>
  );
}

/** `Matches the Quick look preset.` */
function Match({ origin: { kind, title } }: { origin: FormOrigin }) {
  const name = <strong className="font-semibold text-ink">{title}</strong>;
  if (kind === 'preset') return <>Matches the {name} preset.</>;
  return kind === 'run' ? <>Matches the run {name}.</> : <>Matches {name}.</>;
}

const pick = (values: FormValues, names: readonly (keyof FormValues)[]): Partial<FormValues> =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

interface PresetButtonProps {
  preset: Preset;
  values: FormValues;
  state: 'selected' | 'changed' | 'other';
  onSelect: () => void;
}

function PresetButton({ preset, values, state, onSelect }: PresetButtonProps) {
  const isSelected = state !== 'other';
  const duration = usePresetDuration(preset, values);
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={onSelect}
      className={`card flex w-full flex-col gap-0.5 p-3 text-left ${
        isSelected ? 'border-accent bg-accent-soft shadow-[inset_0_0_0_1px_var(--accent)]' : 'hover:border-line-strong'
      }`}
    >
      <span className="flex w-full items-center gap-1.5 font-semibold">
        {preset.title}
        {isSelected && <Check size={14} className="text-accent" aria-hidden />}
        {state === 'changed' && (
          <span className="ml-auto rounded-full bg-panel px-1.5 font-normal text-soft text-xs">changed</span>
        )}
      </span>
      <span className="text-soft text-xs">{preset.help}</span>
      <span className="mt-auto pt-1 text-faint text-xs">{duration ?? '\u00a0'}</span>
    </button>
  );
}

/** `About 3–7 min on this machine`; null if no speed was measured yet. */
function usePresetDuration(preset: Preset, values: FormValues): string | null {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.speeds.queryOptions());
  const { data: config } = trainConfigSchema.safeParse(readForm(fillPreset(preset.config, values)));
  const size = useDatasetSize(config?.dataset);
  if (!data || !config || !size) return null;
  const cached = findCached(config, data.kept, data.cacheLimit);
  const estimate = estimateRun(config, { size, speeds: data.speeds, cached });
  if (!estimate) return null;
  return `About ${formatDurationRange(estimate.likelySeconds, estimate.seconds)} on this machine`;
}
