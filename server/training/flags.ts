import { z } from 'zod';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';

/** The command line's flags, derived from the one schema: names, kinds, bounds, defaults and help are its. */

interface Flag {
  name: string;
  kind: 'number' | 'boolean' | 'text' | 'list';
  default: unknown;
  description: string;
  /** What it takes: `0…102`, `adamw | adam | sgd`; empty where anything goes. */
  range: string;
}

/** What zod tells of a field as JSON Schema. */
interface FieldSchema {
  type?: 'integer' | 'number' | 'boolean' | 'string' | 'array';
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  anyOf?: { const: number }[];
}

/** Every flag, in the schema's order. */
export const flags: readonly Flag[] = Object.entries(
  z.toJSONSchema(trainConfigSchema, { io: 'input' }).properties as Record<string, FieldSchema>,
).map(([name, field]) => ({
  name,
  kind: kindOf(field),
  default: field.default,
  description: field.description ?? '',
  range: rangeOf(field),
}));

/** The last flag that the original script had; the schema lists them first. */
const lastOriginal = 'json_output_path';

function kindOf({ type }: FieldSchema): Flag['kind'] {
  if (type === 'boolean') return 'boolean';
  if (type === 'array') return 'list';
  return type === 'string' ? 'text' : 'number';
}

function rangeOf({ minimum, maximum, enum: choices, anyOf }: FieldSchema): string {
  const list = choices ?? anyOf?.map((choice) => choice.const);
  if (list) return list.join(' | ');
  return minimum === undefined || maximum === undefined ? '' : `${minimum}…${maximum}`;
}

/** Something on the command line is wrong: a line for each thing, naming the flag. */
export class FlagError extends Error {}

/**
 * Reads `--name value`, `--name=value`, `--switch`, `--no-switch`; of a flag given twice the last one counts.
 * @returns the complete config, or `help` where that is asked for
 * @throws FlagError naming every flag that is unknown, lacks its value or has a wrong one
 */
export function parseFlags(args: readonly string[]): TrainConfig | 'help' {
  if (args.includes('--help') || args.includes('-h')) return 'help';
  const given: Record<string, unknown> = {};
  const problems: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const [, negation, name, inline] = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const flag = flags.find((each) => each.name === name);
    if (!name) {
      problems.push(`${arg}: every value needs its flag before it, as in --n_unfreeze 30`);
    } else if (!flag || (negation && flag.kind !== 'boolean')) {
      problems.push(unknown(arg.split('=')[0]!, name));
      if (inline === undefined && isValue(args[at + 1])) at++;
    } else if (flag.kind === 'boolean') {
      given[name] = negation ? false : readSwitch(inline);
    } else {
      const value = inline ?? (isValue(args[at + 1]) ? args[++at] : undefined);
      if (value === undefined) problems.push(`--${name}: a value is missing`);
      else given[name] = readValue(flag, value);
    }
  }
  const parsed = trainConfigSchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(`--${name} ${show(given[name])}: ${issue.message}`);
  }
  if (problems.length > 0) throw new FlagError(problems.join('\n'));
  return parsed.data!;
}

/** A value may begin with one dash: it may be a negative number, which the schema then refuses in its own words. */
const isValue = (arg: string | undefined): arg is string => arg !== undefined && !arg.startsWith('--');

/** `--augment`, `--augment=True`; anything else is left for the schema to refuse. */
function readSwitch(text: string | undefined): unknown {
  if (text === undefined || text.toLowerCase() === 'true') return true;
  return text.toLowerCase() === 'false' ? false : text;
}

function readValue({ kind }: Flag, text: string): unknown {
  if (kind === 'list')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  if (kind === 'text') return text;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}

const show = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value));

function unknown(flag: string, name: string): string {
  const near = flags
    .map((each) => ({ name: each.name, steps: editDistance(name.replaceAll('-', '_'), each.name) }))
    .sort((a, b) => a.steps - b.steps)[0]!;
  const hint = near.steps <= 3 ? `did you mean --${near.name}?` : 'see --help';
  return `${flag}: there is no such flag; ${hint}`;
}

/** Letters to insert, delete or replace on the way from one word to another (Levenshtein, 1966). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(row[j]! + (letter === to[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

const usage = `usage: npm run train -- [--flag value | --flag=value | --switch | --no-switch] …

Trains on CIFAR-10 and leaves cifar10.h5 in the current folder and the whole run in results/.
`;

/** A default as a person reads it. */
export const defaultInWords = ({ kind, default: value }: Flag): string =>
  kind === 'boolean' ? (value ? 'on' : 'off') : show(value) || 'empty';

/** The text of `--help`, wrapped to the terminal's width. */
export function helpText(columns: number): string {
  const width = Math.max(Math.min(columns, 110), 50);
  const indent = 24;
  const ours = flags.findIndex((flag) => flag.name === lastOriginal) + 1;
  const describe = (flag: Flag) => {
    const facts = [flag.range, `default: ${defaultInWords(flag)}`].filter(Boolean).join('; ');
    const [first = '', ...rest] = wrap(`${flag.description} (${facts})`, width - indent);
    return [`  --${flag.name}`.padEnd(indent - 1).concat(' ', first), ...rest.map((line) => ' '.repeat(indent) + line)];
  };
  return [
    usage,
    'As in the original script:',
    ...flags.slice(0, ours).flatMap(describe),
    '',
    'Besides:',
    ...flags.slice(ours).flatMap(describe),
    '',
  ].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
