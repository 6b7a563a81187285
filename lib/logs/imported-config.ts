import { settingFields, type TrainConfigField } from '@/lib/config/field-table.ts';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type Backbone, backbones } from '@/lib/network/backbones.ts';
import type { LogFacts } from '@/lib/run/log-facts.ts';
import { cutText, readNumber, shortText } from './read-values.ts';

/** Spellings of booleans in existing logs; the original script wrote `augment` as a string. */
const booleanWords = new Map([
  ...['false', 'none', 'no', 'off', '0', ''].map((word) => [word, false] as const),
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
]);

/** Names under which logs have a field besides its own. */
const otherNames: Partial<Record<TrainConfigField, string>> = { image_size: 'img_size', backbone: 'base_model' };

type Raw = Readonly<Record<string, unknown>>;

interface Hints {
  /** Used if the log contains no run name. */
  name: string;
  /** Each stage's learning rate in its first epoch; null if the curves have none. */
  firstRates: Readonly<Record<'lr_stage1' | 'lr_stage2', number | null>>;
  /** Whether the log is our own: a field that did not exist yet has its default, which was built in at the time. */
  isOwn: boolean;
}

interface ImportedConfig {
  config: TrainConfig;
  facts: LogFacts;
  /** Whether the log has no setting that can be used or shown. */
  isEmpty: boolean;
}

/**
 * Reads the config of an imported log, field by field. Known alternative spellings are accepted, and learning rates that
 * the config does not contain are taken from the curves. Any other field that is missing or cannot be used is unknown and
 * only holds its default.
 */
export function readImportedConfig(raw: Raw, { name, firstRates, isOwn }: Hints): ImportedConfig {
  const found: Record<string, unknown> = {};
  const facts: LogFacts = { unknown: [], unusable: {}, other: readOther(raw), notes: [] };
  for (const field of Object.keys(trainConfigSchema.shape) as TrainConfigField[]) {
    const value = readValue(raw, field);
    const normalized = value === null ? null : normalizeValue(field, value, facts.notes);
    if (normalized === null) continue;
    const { data, error } = trainConfigSchema.shape[field].safeParse(normalized);
    if (!error) found[field] = data;
    else {
      const reason = field === 'backbone' ? 'another network' : error.issues[0]!.message;
      facts.notes.push(`${field} ${shortText(value, 40)} cannot be used here: ${reason}`);
      if (settingFields.includes(field)) facts.unusable[field] = shortText(value);
    }
  }
  for (const field of ['lr_stage1', 'lr_stage2'] as const) {
    const rate = firstRates[field];
    if (rate === null || facts.unusable[field] !== undefined) continue;
    if (trainConfigSchema.shape[field].safeParse(rate).success) found[field] ??= rate;
  }
  const config = trainConfigSchema.parse({ ...found, name: found.name || cutText(name, maxNameLength) });
  // A field that an older version of this app did not have had its default built in.
  facts.unknown = settingFields.filter(
    (field) => facts.unusable[field] !== undefined || (!isOwn && !Object.hasOwn(found, field)),
  );
  return { config, facts, isEmpty: Object.keys({ ...found, ...facts.other }).length === 0 };
}

/** More settings than any program logs. */
const maxOther = 100;

/** Settings for which there is no field, as text. */
function readOther(raw: Raw): Record<string, string> {
  const known = [...Object.keys(trainConfigSchema.shape), ...Object.values(otherNames), 'run_id'];
  const others = Object.entries(raw).filter(([key, value]) => !known.includes(key) && value !== null);
  return Object.fromEntries(others.slice(0, maxOther).map(([key, value]) => [cutText(key, 80), shortText(value)]));
}

/** The log's value of a field under its own or another name; null if it has none, as with Python's None. */
function readValue(raw: Raw, field: TrainConfigField): unknown {
  if (Object.hasOwn(raw, field) && raw[field] !== null) return raw[field];
  const other = otherNames[field];
  const value = other && Object.hasOwn(raw, other) ? raw[other] : null;
  return field === 'backbone' ? (backboneNamed(value) ?? value) : value;
}

const backboneNamed = (baseModel: unknown): Backbone | undefined =>
  (Object.keys(backbones) as Backbone[]).find(
    (name) => backbones[name].baseModel.toLowerCase() === String(baseModel).toLowerCase(),
  );

const maxLengths: Partial<Record<TrainConfigField, number>> = { name: 80, notes: 4000, json_output_path: 500 };
const maxNameLength = 80;
const maxTags = 20;
const maxTagLength = 40;

/**
 * Converts a log's value to the schema's form: logs write booleans as strings, numbers in quotes, names with capitals and
 * texts of any length.
 * @param notes receives which texts were cut; without it, none is
 * @returns null if the value is none, such as NaN
 */
export function normalizeValue(field: TrainConfigField, value: unknown, notes?: string[]): unknown {
  const initial: unknown = defaults[field];
  if (typeof initial === 'boolean') return booleanWords.get(String(value).trim().toLowerCase()) ?? value;
  if (typeof initial === 'number') return readNumber(value) === undefined ? value : readNumber(value);
  if (field === 'tags' && notes) return normalizeTags(value, notes);
  if (typeof value === 'string' && (field === 'optimizer' || field === 'engine')) return value.trim().toLowerCase();
  const max = notes && maxLengths[field];
  if (max === undefined) return value;
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string') return text;
  const trimmed = field === 'name' ? text.trim() : text;
  if (trimmed.length > max) notes?.push(`${field} cut to ${max} characters`);
  return cutText(trimmed, max);
}

/** A list of tags, or one text with commas. */
function normalizeTags(value: unknown, notes: string[]): unknown {
  const list = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(list)) return value;
  const tags = list.map((tag) => (typeof tag === 'string' ? tag : shortText(tag)).trim()).filter((tag) => tag !== '');
  if (tags.length > maxTags) notes.push(`${tags.length - maxTags} of ${tags.length} tags left out`);
  if (tags.some((tag) => tag.length > maxTagLength)) notes.push(`tags cut to ${maxTagLength} characters`);
  return tags.slice(0, maxTags).map((tag) => cutText(tag, maxTagLength));
}

const defaults = trainConfigSchema.parse({});

/**
 * The shortest decimal number with the same single-precision value: Keras logs 3e-4 as 0.0003000000142492354. Other
 * numbers are returned unchanged.
 */
export function shortestSingle(value: number): number {
  if (Math.fround(value) !== value) return value;
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
