import { useFormContext, useWatch } from 'react-hook-form';
import { backboneSchema } from '@/lib/network/backbone-schema.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import type { ControlProps } from './control-props.ts';
import { NetworkStrip } from './network-strip.tsx';
import type { FormValues } from './read-form.ts';

/** The field for `n_unfreeze`: a number, which the slider and the blocks of the network also set. */
export function UnfreezeField({ field, bindings }: ControlProps) {
  const { setValue } = useFormContext<FormValues>();
  const [typed, epochs, backbone] = useWatch<FormValues, ['n_unfreeze', 'epochs_stage2', 'backbone']>({
    name: ['n_unfreeze', 'epochs_stage2', 'backbone'],
  });
  const value = clamp(Math.trunc(Number(typed)) || 0, field.limits!);
  const set = (next: number) =>
    setValue('n_unfreeze', String(next), { shouldValidate: true, shouldDirty: true, shouldTouch: true });
  return (
    <>
      <div className="flex items-center gap-4">
        <input
          type="range"
          {...field.limits}
          value={value}
          onChange={(event) => set(event.target.valueAsNumber)}
          aria-label={`${field.label}, slider`}
          className="h-8 min-w-0 grow"
        />
        <div className="w-24 shrink-0">
          <input type="number" step={1} {...field.limits} className="field" {...bindings} />
        </div>
      </div>
      <NetworkStrip
        network={networkOf({ backbone: backboneSchema.catch('imagenet').parse(backbone) })}
        nUnfreeze={value}
        hasStage2={Number(epochs) !== 0 || epochs === ''}
        onChange={set}
      />
    </>
  );
}

const clamp = (value: number, { min, max }: { min: number; max: number }): number =>
  Math.min(max, Math.max(min, value));
