import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';

/** What stands for off and on in the logs there are: the original wrote `augment` as a word. */
const switchWords = new Map([
  ...['false', 'none', 'no', 'off', '0', ''].map((word) => [word, false] as const),
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
]);

/**
 * Reads the config of a log from elsewhere: what it names in any of the known spellings, defaults for the rest.
 * @param name taken where the log names no run
 * @throws Error in words, to follow the log's name
 */
export function readForeignConfig(raw: Readonly<Record<string, unknown>>, name: string): TrainConfig {
  const found: Record<string, unknown> = {};
  for (const field of Object.keys(trainConfigSchema.shape)) {
    const value = Object.hasOwn(raw, field) ? raw[field] : field === 'image_size' ? raw.img_size : undefined;
    // Python's None says nothing.
    if (value !== undefined && value !== null) found[field] = inOurSpelling(field as keyof TrainConfig, value);
  }
  const { data, error } = trainConfigSchema.safeParse({ ...found, name: found.name || name.slice(0, 80) });
  if (data) return data;
  const { path, message } = error.issues[0]!;
  throw new Error(
    `has a config that no run could have: ${path.join('.')} ${message.replace(/^Invalid/, 'is an invalid')}`,
  );
}

/** A value as the schema has it: logs spell switches as words, and what they name with capitals. */
export function inOurSpelling(field: keyof TrainConfig, value: unknown): unknown {
  const initial: unknown = defaults[field];
  if (typeof initial === 'boolean') {
    return switchWords.get(String(value).toLowerCase()) ?? value;
  }
  if (typeof initial === 'number' && typeof value === 'string' && value.trim() !== '') return Number(value);
  if (typeof value === 'string' && (field === 'optimizer' || field === 'engine')) return value.toLowerCase();
  return value;
}

const defaults = trainConfigSchema.parse({});
