import { parseArgs } from 'node:util';
import { type FieldDescription, fields } from '@/lib/config/fields.ts';
import { nearestName } from '@/lib/config/nearest-name.ts';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';

/** Parses command-line flags: one for each field of the config, with the same name. */

/** The command line is invalid. The message has a line for each problem, with the flag. */
export class FlagError extends Error {}

/** Additional flags of a command, besides those of a run. */
type ExtraFlags = Record<string, { type: 'boolean' | 'string' }>;

type ExtraValues<Extra extends ExtraFlags> = {
  [Name in keyof Extra]?: Extra[Name]['type'] extends 'boolean' ? boolean : string;
};

interface ParsedFlags<Extra extends ExtraFlags> {
  config: TrainConfig;
  extra: ExtraValues<Extra>;
}

/**
 * Parses `--name value`, `--name=value`, `--switch`, `--no-switch`; if a flag is repeated, the last one counts.
 * @returns the complete config, or `help` if `--help` is present
 * @throws FlagError for all unknown flags, missing values and invalid values
 */
export function parseFlags(args: readonly string[]): TrainConfig | 'help' {
  const parsed = parseFlagsWith({}, args);
  return parsed === 'help' ? parsed : parsed.config;
}

/** Like `parseFlags`, for a command with additional flags. */
export function parseFlagsWith<Extra extends ExtraFlags>(
  flags: Extra,
  args: readonly string[],
): ParsedFlags<Extra> | 'help' {
  const tokens = readTokens(args, flags);
  if (tokens.some(({ index }) => args[index] === '--help' || args[index] === '-h')) return 'help';
  const given: Record<string, unknown> = {};
  const extra: Record<string, unknown> = {};
  const problems = new Set<string>();
  let unknownAt = -1;
  for (const { index, name, value, isInline } of tokens) {
    const field = fields.find((each) => each.name === name);
    const negated = fields.find((each) => each.kind === 'switch' && `no-${each.name}` === name);
    const isExtra = name !== null && Object.hasOwn(flags, name);
    if (name === null) {
      const belongsToUnknown = unknownAt >= 0 && index === unknownAt + 1;
      if (!belongsToUnknown) problems.add(`${value}: a value must follow its flag, for example --n_unfreeze 30`);
    } else if (negated) {
      given[negated.name] = false;
    } else if (field?.kind === 'switch') {
      given[name] = readSwitch(value);
    } else if (isExtra && flags[name]!.type === 'boolean') {
      extra[name] = true;
    } else if (!field && !isExtra) {
      problems.add(unknownFlag(args[index]!, Object.keys(flags)));
      if (!isInline) unknownAt = index;
    } else if (value === undefined) {
      problems.add(`--${name}: missing value`);
    } else if (field) {
      given[name] = readValue(field, value);
    } else {
      extra[name] = value;
    }
  }
  const parsed = trainConfigSchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.add(`--${name} ${show(given[name])}: ${issue.message}`);
  }
  if (problems.size > 0) throw new FlagError([...problems].join('\n'));
  return { config: parsed.data!, extra: extra as ExtraValues<Extra> };
}

/** A flag with its value; a value without a flag has no name. */
interface Token {
  /** Position among the arguments. */
  index: number;
  name: string | null;
  value: string | undefined;
  /** Whether the value is part of the argument, as in `--seed=1`. */
  isInline: boolean;
}

const takesValue = ({ kind }: FieldDescription) => kind !== 'switch';

/** Accepts values that start with a single dash: they may be negative numbers, which the schema rejects with a clear message. */
function readTokens(args: readonly string[], flags: ExtraFlags, from = 0): Token[] {
  const valued = fields.filter(takesValue).map(({ name }) => [name, { type: 'string' }] as const);
  const { tokens: found } = parseArgs({
    args: args.slice(from),
    options: { ...Object.fromEntries(valued), ...flags },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const tokens: Token[] = [];
  for (const token of found) {
    const index = from + token.index;
    if (token.kind === 'positional') tokens.push({ index, name: null, value: token.value, isInline: false });
    if (token.kind !== 'option') continue;
    const { name, value, inlineValue: isInline = false } = token;
    // The parser took the next flag for a value: continue from there.
    if (!isInline && value?.startsWith('--')) {
      return [...tokens, { index, name, value: undefined, isInline }, ...readTokens(args, flags, index + 1)];
    }
    tokens.push({ index, name, value, isInline });
  }
  return tokens;
}

/** Parses `--augment` and `--augment=True`; the schema rejects anything else. */
function readSwitch(text: string | undefined): unknown {
  if (text === undefined || text.toLowerCase() === 'true') return true;
  return text.toLowerCase() === 'false' ? false : text;
}

function readValue({ kind, default: initial }: FieldDescription, text: string): unknown {
  if (kind === 'words')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  if (typeof initial !== 'number') return text;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}

const show = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value));

function unknownFlag(arg: string, extra: readonly string[]): string {
  const flag = arg.split('=')[0]!;
  const name = flag.replace(/^--?(no-)?/, '').replaceAll('-', '_');
  const near = nearestName(name, [...fields.map((field) => field.name), ...extra]);
  return `${flag}: unknown flag; ${near ? `did you mean --${near}?` : 'see --help'}`;
}
