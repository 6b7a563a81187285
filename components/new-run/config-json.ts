import { bareValue } from '@/lib/config/describe-value.ts';
import { fieldNames, settingFields } from '@/lib/config/field-table.ts';
import { controlText, fieldNamed, fields } from '@/lib/config/fields.ts';
import { nearestName } from '@/lib/config/nearest-name.ts';
import { type TrainConfig, type TrainConfigField, trainConfigSchema } from '@/lib/config/train-config.ts';
import { firstRates } from '@/lib/logs/first-rates.ts';
import { normalizeValue } from '@/lib/logs/imported-config.ts';
import { parseLenientJson } from '@/lib/logs/lenient-json.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { FormValues } from './read-form.ts';

/** The usable and the unusable fields of a pasted text. */
export interface ReadJson {
  /** The valid fields, as the form’s controls represent them. */
  values: Partial<FormValues>;
  /** For each key that is not used, a sentence that says why. */
  problems: { key: string; message: string }[];
  /** Whether the text is a log. A log describes a complete run, so that a missing field had its default. */
  isLog: boolean;
  /** Fields that a log does not contain and the form fills with defaults, as `Dropout: 0.4`. */
  filled: string[];
}

/** Alternative field names in logs. */
const logNames: Readonly<Record<string, TrainConfigField>> = { img_size: 'image_size' };
const networkName = 'MobileNetV2';
/** The form keeps its own value of these if a log does not contain them. */
const keptFields: readonly TrainConfigField[] = ['engine', 'dataset', 'backbone'];
const defaults = trainConfigSchema.parse({});

/**
 * Reads a config as JSON, or the config of a log in the original’s format. Every key that is not used is reported, except
 * `run_id`, since a new run gets its own.
 * @returns `problem` if the text is not a config
 */
export function readConfigJson(text: string): ReadJson | { problem: string } {
  let content: unknown;
  try {
    content = parseLenientJson(text);
  } catch (error) {
    return { problem: `This ${error instanceof Error ? error.message : error}` };
  }
  const config = isObject(content) && isObject(content.config) ? content.config : content;
  if (!isObject(config)) return { problem: 'This is JSON, but not a config such as {"n_unfreeze": 30}.' };
  const read: ReadJson = {
    values: {},
    problems: [],
    isLog: config !== content || 'base_model' in config,
    filled: [],
  };
  for (const [key, value] of Object.entries(config)) readKey(read, key, value);
  if (read.isLog) completeLog(read, config, content);
  return read;
}

/** Takes a log's learning rates from its curves, and names the fields that it does not contain. */
function completeLog(read: ReadJson, config: Record<string, unknown>, log: unknown): void {
  const isNamed = (name: TrainConfigField) =>
    read.values[name] !== undefined || read.problems.some(({ key }) => (logNames[key] ?? key) === name);
  for (const [name, rate] of Object.entries(firstRates(log)) as [TrainConfigField, number | null][]) {
    if (rate !== null && !isNamed(name) && trainConfigSchema.shape[name].safeParse(rate).success) {
      read.values[name] = controlText(rate);
    }
  }
  // Our own logs contain every field there was, and others had their defaults built in.
  if (typeof config.run_id === 'string' && isRunId(config.run_id)) return;
  read.filled = settingFields
    .filter((name) => !isNamed(name) && !keptFields.includes(name))
    .map((name) => `${fieldNamed(name).label}: ${bareValue(name, defaults[name])}`);
}

function readKey({ values, problems }: ReadJson, key: string, value: unknown): void {
  const skip = (message: string) => problems.push({ key, message });
  if (key === 'run_id') return;
  if (key === 'base_model') {
    if (value !== networkName) skip(`${key} must be "${networkName}", not ${abbreviate(value)}.`);
    return;
  }
  const field = fields.find(({ name }) => name === (logNames[key] ?? key));
  if (!field) {
    const suggestion = nearestName(key, fieldNames);
    skip(`Unknown field ${key}${suggestion ? `. Did you mean ${suggestion}?` : ` (value: ${abbreviate(value)}).`}`);
    return;
  }
  const { data, error } = trainConfigSchema.shape[field.name].safeParse(normalizeValue(field.name, value));
  if (error) skip(`${key} ${error.issues[0]!.message}, not ${abbreviate(value)}.`);
  else values[field.name] = typeof data === 'boolean' ? data : controlText(data);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as JSON, with at most 40 characters. */
function abbreviate(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** A config as JSON, one field per line as in a log. */
export const writeConfigJson = (config: Partial<TrainConfig>): string => JSON.stringify(config, null, 2);
