import { useState } from 'react';
import { type FieldError, useFormContext, useWatch } from 'react-hook-form';
import type { FieldDescription } from '@/lib/config/fields.ts';
import type { TrainConfigField } from '@/lib/config/train-config.ts';
import { unusedFields } from '@/lib/config/unused-fields.ts';
import { limitsBatchSize } from '@/lib/data/batch-size.ts';
import { formatCount, formatRate } from '@/lib/format.ts';
import type { ControlProps } from './control-props.ts';
import { DatasetChoice } from './dataset-choice.tsx';
import { EngineNotes } from './engine-notes.tsx';
import { type FormValues, readForm } from './read-form.ts';
import { UnfreezeField } from './unfreeze-field.tsx';

/** One field of the form: label, native control, validation message and help. */
export function FormField({ field }: { field: FieldDescription }) {
  const { register, getValues, formState } = useFormContext<FormValues>();
  const { name, kind } = field;
  const error = formState.errors[name];
  const unused = useWatch({ compute: (values: FormValues) => unusedFields(readForm(values))[name] });
  const ids = { control: `field-${name}`, problem: `${name}-problem`, help: `${name}-help` };
  const [initial] = useState(() => getValues(name));
  const bindings = {
    ...register(name, { deps: limitsBatchSize.has(name) ? ['batch_size'] : [] }),
    // Rendered by the server, so that the value is visible before the page’s code has loaded.
    ...(kind === 'switch' ? { defaultChecked: initial === true } : { defaultValue: String(initial ?? '') }),
    id: ids.control,
    'aria-invalid': error !== undefined,
    'aria-describedby': error ? `${ids.problem} ${ids.help}` : ids.help,
    // Not react-hook-form’s `disabled`, which would drop the value. An invalid value stays editable so that it can be fixed.
    disabled: unused !== undefined && !error,
  };
  const label = (
    <label htmlFor={ids.control} className={unused ? 'font-medium text-faint' : 'font-medium'}>
      {field.label}
      {field.unit && <span className="font-normal text-faint"> {field.unit}</span>}
    </label>
  );
  const notes = (
    <>
      <Problem id={ids.problem} error={error} />
      <p id={ids.help} className="mt-1 text-faint text-xs">
        {unused ?? field.help}
      </p>
    </>
  );
  if (kind === 'switch') {
    return (
      <div className={`flex gap-2.5 ${spans[name] ?? ''}`}>
        <input type="checkbox" className="mt-1 size-4 shrink-0" {...bindings} />
        <div>
          {label}
          {notes}
        </div>
      </div>
    );
  }
  return (
    <div className={spans[name]}>
      <div className="mb-1 flex items-baseline justify-between gap-2">
        {label}
        <Range field={field} />
      </div>
      <Control field={field} bindings={bindings} />
      {notes}
      {name === 'engine' && <EngineNotes />}
    </div>
  );
}

/** Classes of fields that span more than one of the four columns. */
const spans: Partial<Record<TrainConfigField, string>> = {
  n_unfreeze: 'col-span-full',
  dataset: 'sm:col-span-2',
  notes: 'lg:col-span-3',
  augment: 'col-span-full',
  use_mixup: 'lg:col-span-3',
  use_cutout: 'col-span-full',
};

function Control({ field, bindings }: ControlProps) {
  if (field.name === 'n_unfreeze') return <UnfreezeField field={field} bindings={bindings} />;
  if (field.name === 'dataset') return <DatasetChoice bindings={bindings} />;
  if (field.name === 'notes') return <textarea rows={2} className="field" {...bindings} />;
  switch (field.kind) {
    case 'choice':
      return (
        <select className="field" {...bindings}>
          {field.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    case 'integer':
      return <input type="number" step={1} {...field.limits} className="field" {...bindings} />;
    // Not a number control: browsers reject a partial `1e-` and a decimal comma.
    case 'real':
      return <input type="text" inputMode="decimal" autoComplete="off" className="field" {...bindings} />;
    default:
      return <input type="text" autoComplete="off" className="field" {...bindings} />;
  }
}

function Range({ field: { limits, kind } }: { field: FieldDescription }) {
  if (!limits) return null;
  const format = kind === 'integer' ? formatCount : formatRate;
  return (
    <span className="whitespace-nowrap text-faint text-xs">
      {format(limits.min)} … {format(limits.max)}
    </span>
  );
}

function Problem({ id, error }: { id: string; error: FieldError | undefined }) {
  if (!error) return null;
  const message = error.message ?? 'is not valid';
  return (
    <p id={id} className="mt-1 font-medium text-bad text-xs">
      {message.charAt(0).toUpperCase() + message.slice(1).replace(/\.$/, '')}.
    </p>
  );
}
