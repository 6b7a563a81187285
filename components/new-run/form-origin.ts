import { descriptiveFields, type TrainConfigField } from '@/lib/config/field-table.ts';
import { fields } from '@/lib/config/fields.ts';
import type { TrainConfig, TrainConfigInput } from '@/lib/config/train-config.ts';
import type { ReadJson } from './config-json.ts';
import { type FormValues, initialValues, readForm, writeForm } from './read-form.ts';

/** Where the values in the form came from: a preset, a run, a pasted config. */
export interface FormOrigin {
  title: string;
  values: FormValues;
}

/** What describes a run, what computes it and on which images: presets leave these alone. */
const personal: readonly TrainConfigField[] = [...descriptiveFields, 'engine', 'dataset', 'backbone'];

/** The form with a preset in it: what was typed about the run stays. */
export const fillPreset = (config: TrainConfigInput, typed: FormValues = initialValues): FormValues => ({
  ...writeForm(config),
  ...Object.fromEntries(personal.map((name) => [name, typed[name]])),
});

/** The form as it was for a run. Its log keeps its place: the new run gets one of its own. */
export const fillFromRun = (config: TrainConfig): FormValues => writeForm({ ...config, json_output_path: '' });

/**
 * The form with a pasted config in it. A log tells all about a run, so what it does not name is as it was by default
 * then; and the place that it names is its own.
 */
export function fillFromJson({ values, isWhole }: ReadJson, typed: FormValues): FormValues {
  return isWhole
    ? { ...fillPreset({}, typed), ...values, json_output_path: typed.json_output_path }
    : { ...typed, ...values };
}

/** What was changed since, in the form's order; 0,1 is no other value than 0.1, and another name no other run. */
export function changedFields(values: FormValues, origin: FormOrigin): TrainConfigField[] {
  const [now, then] = [readForm(values), readForm(origin.values)];
  return fields
    .map(({ name }) => name)
    .filter((name) => !personal.includes(name) && JSON.stringify(now[name]) !== JSON.stringify(then[name]));
}
