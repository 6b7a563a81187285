import type { FieldErrors, Resolver } from 'react-hook-form';
import { controlText, type FieldDescription, fields } from '@/lib/config/fields.ts';
import { type TrainConfigField, type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { describeLargeBatch } from '@/lib/data/batch-size.ts';
import type { DatasetSize } from '@/lib/data/datasets.ts';

/** The values of the form’s controls: text as typed, or a boolean for a switch. */
export type FormValues = Record<TrainConfigField, string | boolean>;

export const initialValues = Object.fromEntries(fields.map(({ name, initial }) => [name, initial])) as FormValues;

/** Converts a config to form values; omitted fields take their defaults. The inverse of `readForm`. */
export function writeForm(config: TrainConfigInput): FormValues {
  const values = fields.map(({ name, initial }) => {
    const value = config[name] ?? initial;
    return [name, typeof value === 'boolean' ? value : controlText(value)];
  });
  return Object.fromEntries(values) as FormValues;
}

/** Converts form values to a config. Text that is not a number stays text, which the schema then rejects. */
export function readForm(values: FormValues): TrainConfigInput {
  return Object.fromEntries(
    fields.map((field) => [field.name, readValue(field, values[field.name])]),
  ) as TrainConfigInput;
}

function readValue({ kind, choices }: FieldDescription, value: string | boolean): unknown {
  if (typeof value === 'boolean') return value;
  if (kind === 'words')
    return value
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean);
  const isNumber =
    kind === 'integer' ||
    kind === 'real' ||
    (kind === 'choice' && choices.every((choice) => !Number.isNaN(Number(choice))));
  if (!isNumber) return value;
  // Accept a decimal comma.
  const number = value.trim() === '' ? Number.NaN : Number(value.trim().replace(',', '.'));
  return Number.isNaN(number) ? value : number;
}

/** The size of a data set; null if unknown. */
type SizeOf = (dataset: string) => DatasetSize | null;

/** A message for each field with an invalid value. */
export function findProblems(
  values: FormValues,
  sizeOf: SizeOf = () => null,
): Partial<Record<TrainConfigField, string>> {
  const problems: Partial<Record<TrainConfigField, string>> = {};
  const input = readForm(values);
  const { data: config, error } = trainConfigSchema.safeParse(input);
  const size = config ? sizeOf(config.dataset) : null;
  const largeBatch = config && size ? describeLargeBatch(config, size) : null;
  if (largeBatch) problems.batch_size = largeBatch;
  for (const { path, message } of error?.issues ?? []) {
    const name = path[0] as TrainConfigField;
    problems[name] ??= describeNonNumber(name, input[name]) ?? message;
  }
  return problems;
}

/** A message if a numeric field does not hold a number. */
function describeNonNumber(name: TrainConfigField, value: unknown): string | undefined {
  const isNumeric = fields.some((field) => field.name === name && field.limits !== null);
  if (!isNumeric || typeof value === 'number') return undefined;
  return value === '' ? 'must not be empty' : 'must be a number';
}

/** Validates the form with the schema and the sizes of the data sets, for react-hook-form. */
export const resolver: Resolver<FormValues, SizeOf> = (values, sizeOf) => {
  const problems = Object.entries(findProblems(values, sizeOf));
  if (problems.length === 0) return { values, errors: {} };
  const errors = Object.fromEntries(problems.map(([name, message]) => [name, { type: 'schema', message }]));
  return { values: {}, errors: errors as FieldErrors<FormValues> };
};
