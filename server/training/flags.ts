import { parseArgs } from 'node:util';
import { type FieldDescription, fields } from '@/lib/config/fields.ts';
import { nearestName } from '@/lib/config/nearest-name.ts';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';

/** The command line's flags: one for each field of the config, with its name. */

/** Something on the command line is wrong: a line for each problem, naming the flag. */
export class FlagError extends Error {}

/** Flags that a command has besides those of a run. */
type OwnFlags = Record<string, { type: 'boolean' | 'string' }>;

type OwnValues<Own extends OwnFlags> = {
  [Name in keyof Own]?: Own[Name]['type'] extends 'boolean' ? boolean : string;
};

interface ParsedFlags<Own extends OwnFlags> {
  config: TrainConfig;
  own: OwnValues<Own>;
}

/**
 * Reads `--name value`, `--name=value`, `--switch`, `--no-switch`; of a flag given twice the last one counts.
 * @returns the complete config, or `help` where that is asked for
 * @throws FlagError naming every flag that is unknown, lacks its value or has a wrong one
 */
export function parseFlags(args: readonly string[]): TrainConfig | 'help' {
  const parsed = parseFlagsWith({}, args);
  return parsed === 'help' ? parsed : parsed.config;
}

/** As `parseFlags`, for a command with further flags of its own. */
export function parseFlagsWith<Own extends OwnFlags>(flags: Own, args: readonly string[]): ParsedFlags<Own> | 'help' {
  const tokens = readTokens(args, flags);
  if (tokens.some(({ index }) => args[index] === '--help' || args[index] === '-h')) return 'help';
  const given: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  const problems = new Set<string>();
  let unknownAt = -1;
  for (const { index, name, value, isInline } of tokens) {
    const field = fields.find((each) => each.name === name);
    const negated = fields.find((each) => each.kind === 'switch' && `no-${each.name}` === name);
    const isOwn = name !== null && Object.hasOwn(flags, name);
    if (name === null) {
      const belongsToUnknown = unknownAt >= 0 && index === unknownAt + 1;
      if (!belongsToUnknown) problems.add(`${value}: unexpected value; put its flag before it, as in --n_unfreeze 30`);
    } else if (negated) {
      given[negated.name] = false;
    } else if (field?.kind === 'switch') {
      given[name] = readSwitch(value);
    } else if (isOwn && flags[name]!.type === 'boolean') {
      own[name] = true;
    } else if (!field && !isOwn) {
      problems.add(unknownFlag(args[index]!, Object.keys(flags)));
      if (!isInline) unknownAt = index;
    } else if (value === undefined) {
      problems.add(`--${name}: missing value`);
    } else if (field) {
      given[name] = readValue(field, value);
    } else {
      own[name] = value;
    }
  }
  const parsed = trainConfigSchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.add(`--${name} ${show(given[name])}: ${issue.message}`);
  }
  if (problems.size > 0) throw new FlagError([...problems].join('\n'));
  return { config: parsed.data!, own: own as OwnValues<Own> };
}

/** One flag of the command line with its value, or, without a name, a value that no flag takes. */
interface Token {
  /** Its place among the arguments. */
  index: number;
  name: string | null;
  value: string | undefined;
  /** Whether the value is part of the argument, as in `--seed=1`. */
  isInline: boolean;
}

const takesValue = ({ kind }: FieldDescription) => kind !== 'switch';

/** Values that begin with one dash are taken: they may be negative numbers, which the schema refuses in its own words. */
function readTokens(args: readonly string[], flags: OwnFlags, from = 0): Token[] {
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
    // Not a value but the next flag, which was swallowed: read on from there.
    if (!isInline && value?.startsWith('--')) {
      return [...tokens, { index, name, value: undefined, isInline }, ...readTokens(args, flags, index + 1)];
    }
    tokens.push({ index, name, value, isInline });
  }
  return tokens;
}

/** `--augment`, `--augment=True`; anything else is left for the schema to refuse. */
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

function unknownFlag(arg: string, own: readonly string[]): string {
  const flag = arg.split('=')[0]!;
  const wanted = flag.replace(/^--?(no-)?/, '').replaceAll('-', '_');
  const near = nearestName(wanted, [...fields.map(({ name }) => name), ...own]);
  return `${flag}: unknown flag; ${near ? `did you mean --${near}?` : 'see --help'}`;
}
