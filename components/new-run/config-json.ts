import { bareValue } from '@/lib/config/describe-value.ts';
import { settingFields } from '@/lib/config/field-table.ts';
import { controlText, fieldNamed, fields } from '@/lib/config/fields.ts';
import { type TrainConfig, type TrainConfigField, trainConfigSchema } from '@/lib/config/train-config.ts';
import { firstRates } from '@/lib/logs/first-rates.ts';
import { normalizeValue } from '@/lib/logs/imported-config.ts';
import { parseLenientJson } from '@/lib/logs/lenient-json.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { FormValues } from './read-form.ts';

/** What of a pasted text can go into the form, and what cannot. */
export interface ReadJson {
  /** As the controls hold it: only what is right. */
  values: Partial<FormValues>;
  /** Why each other key is left out, in words. */
  problems: { key: string; message: string }[];
  /** From a log, which tells all about a run: what it leaves out took its default, whatever the form holds now. */
  isWhole: boolean;
  /** Fields that a log does not contain and the form fills with defaults, as `Dropout: 0.4`. */
  filled: string[];
}

/** What logs call our fields beside their own names. */
const logNames: Readonly<Record<string, TrainConfigField>> = { img_size: 'image_size' };
const networkName = 'MobileNetV2';
/** The form keeps its own value of these if a log does not contain them. */
const keptFields: readonly TrainConfigField[] = ['engine', 'dataset', 'backbone'];
const defaults = trainConfigSchema.parse({});

/**
 * Reads a config as JSON, or a whole log in the original's format, of which it takes the config. No key is left out
 * without a word, but `run_id`: the next run gets its own.
 * @returns in words what is wrong, where the text is no config at all
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
    isWhole: config !== content || 'base_model' in config,
    filled: [],
  };
  for (const [key, value] of Object.entries(config)) readKey(read, key, value);
  if (read.isWhole) completeLog(read, config, content);
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
  const leaveOut = (message: string) => problems.push({ key, message });
  if (key === 'run_id') return;
  if (key === 'base_model') {
    if (value !== networkName) leaveOut(`must be "${networkName}", not ${inShort(value)}`);
    return;
  }
  const field = fields.find(({ name }) => name === (logNames[key] ?? key));
  if (!field) {
    leaveOut(`no run has such a field (it is ${inShort(value)})`);
    return;
  }
  const { data, error } = trainConfigSchema.shape[field.name].safeParse(normalizeValue(field.name, value));
  if (error) leaveOut(`${error.issues[0]!.message}, not ${inShort(value)}`);
  else values[field.name] = typeof data === 'boolean' ? data : controlText(data);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function inShort(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** A config as it is copied: a field a line, as a log has it. */
export const writeConfigJson = (config: Partial<TrainConfig>): string => JSON.stringify(config, null, 2);
