import { descriptiveFields, type TrainConfigField } from '@/lib/config/field-table.ts';
import { fields } from '@/lib/config/fields.ts';
import type { TrainConfig, TrainConfigInput } from '@/lib/config/train-config.ts';
import type { ReadJson } from './config-json.ts';
import { type FormValues, initialValues, readForm, writeForm } from './read-form.ts';

/** The source of the form’s values. */
export interface FormOrigin {
  kind: 'preset' | 'run' | 'json';
  /** Title of the preset, or name of the run. */
  title: string;
  values: FormValues;
}

/** Fields that presets do not set: labels, engine and data. */
const keptByPresets: readonly TrainConfigField[] = [...descriptiveFields, 'engine', 'dataset', 'backbone'];

/** The form’s values after a preset was selected. Fields that presets do not set keep what was typed. */
export const fillPreset = (config: TrainConfigInput, typed: FormValues = initialValues): FormValues => ({
  ...writeForm(config),
  ...Object.fromEntries(keptByPresets.map((name) => [name, typed[name]])),
});

/** The form’s values for a run’s config, without its log path: the new run writes its own log. */
export const fillFromRun = (config: TrainConfig): FormValues => writeForm({ ...config, json_output_path: '' });

/** The form’s values after JSON was pasted. Fields that a log omits take their defaults, and its log path is ignored. */
export function fillFromJson({ values, isLog }: ReadJson, typed: FormValues): FormValues {
  return isLog
    ? { ...fillPreset({}, typed), ...values, json_output_path: typed.json_output_path }
    : { ...typed, ...values };
}

/** The fields that differ from the origin, in the form’s order. Compares parsed values; ignores what presets do not set. */
export function changedFields(values: FormValues, origin: FormOrigin): TrainConfigField[] {
  const [current, original] = [readForm(values), readForm(origin.values)];
  return fields
    .map(({ name }) => name)
    .filter(
      (name) => !keptByPresets.includes(name) && JSON.stringify(current[name]) !== JSON.stringify(original[name]),
    );
}
