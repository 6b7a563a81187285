import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';

/** Spellings of booleans in existing logs; the original script wrote `augment` as a string. */
const booleanWords = new Map([
  ...['false', 'none', 'no', 'off', '0', ''].map((word) => [word, false] as const),
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
]);

/**
 * Reads the config of an imported log. Known alternative spellings are accepted, missing fields get their defaults.
 * @param name used if the log contains no run name
 * @throws Error whose message continues the log's name: "has an invalid config: …"
 */
export function readImportedConfig(raw: Readonly<Record<string, unknown>>, name: string): TrainConfig {
  const found: Record<string, unknown> = {};
  for (const field of Object.keys(trainConfigSchema.shape)) {
    const value = Object.hasOwn(raw, field) ? raw[field] : field === 'image_size' ? raw.img_size : undefined;
    // Python's None means unset.
    if (value !== undefined && value !== null) found[field] = normalizeValue(field as keyof TrainConfig, value);
  }
  const { data, error } = trainConfigSchema.safeParse({ ...found, name: found.name || name.slice(0, 80) });
  if (data) return data;
  const { path, message } = error.issues[0]!;
  throw new Error(`has an invalid config: ${path.join('.')} ${message.replace(/^Invalid/, 'is an invalid')}`);
}

/** Converts a log's value to the schema's form: logs write booleans as strings, and names with capitals. */
export function normalizeValue(field: keyof TrainConfig, value: unknown): unknown {
  const initial: unknown = defaults[field];
  if (typeof initial === 'boolean') {
    return booleanWords.get(String(value).toLowerCase()) ?? value;
  }
  if (typeof initial === 'number' && typeof value === 'string' && value.trim() !== '') return Number(value);
  if (typeof value === 'string' && (field === 'optimizer' || field === 'engine')) return value.toLowerCase();
  return value;
}

const defaults = trainConfigSchema.parse({});
