import { settingFields, type TrainConfigField } from '@/lib/config/field-table.ts';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type Backbone, backbones } from '@/lib/network/backbones.ts';
import type { LogFacts } from '@/lib/run/log-facts.ts';

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

/**
 * Reads the config of an imported log. Known alternative spellings are accepted, and learning rates that the config does
 * not contain are taken from the curves. Any other missing field is unknown and only holds its default.
 * @throws Error whose message continues the log's name: "has an invalid config: …"
 */
export function readImportedConfig(
  raw: Raw,
  { name, firstRates, isOwn }: Hints,
): { config: TrainConfig; facts: LogFacts } {
  const found: Record<string, unknown> = {};
  for (const field of Object.keys(trainConfigSchema.shape) as TrainConfigField[]) {
    const value = readValue(raw, field);
    if (value !== null) found[field] = normalizeValue(field, value);
  }
  const backbone = backboneNamed(raw.base_model);
  if (backbone) found.backbone ??= backbone;
  for (const field of ['lr_stage1', 'lr_stage2'] as const) {
    const rate = firstRates[field];
    if (rate !== null && trainConfigSchema.shape[field].safeParse(rate).success) found[field] ??= rate;
  }
  const { data, error } = trainConfigSchema.safeParse({ ...found, name: found.name || name.slice(0, 80) });
  if (error) {
    const { path, message } = error.issues[0]!;
    throw new Error(`has an invalid config: ${path.join('.')} ${message.replace(/^Invalid/, 'is an invalid')}`);
  }
  const unknown = isOwn ? [] : settingFields.filter((field) => !Object.hasOwn(found, field));
  return { config: data, facts: { unknown, unusable: {}, other: {}, notes: [] } };
}

/** The log's value of a field under its own or another name; Python's None means unset. */
function readValue(raw: Raw, field: TrainConfigField): unknown {
  if (Object.hasOwn(raw, field)) return raw[field] ?? null;
  const other = otherNames[field];
  return other && other !== 'base_model' && Object.hasOwn(raw, other) ? (raw[other] ?? null) : null;
}

const backboneNamed = (baseModel: unknown): Backbone | undefined =>
  (Object.keys(backbones) as Backbone[]).find((name) => backbones[name].baseModel === baseModel);

/** Converts a log's value to the schema's form: logs write booleans as strings, and names with capitals. */
export function normalizeValue(field: TrainConfigField, value: unknown): unknown {
  const initial: unknown = defaults[field];
  if (typeof initial === 'boolean') {
    return booleanWords.get(String(value).toLowerCase()) ?? value;
  }
  if (typeof initial === 'number' && typeof value === 'string' && value.trim() !== '') return Number(value);
  if (typeof value === 'string' && (field === 'optimizer' || field === 'engine')) return value.toLowerCase();
  return value;
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
