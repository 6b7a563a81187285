import { type FieldDescription, fields } from '@/lib/config/fields.ts';

/** Descriptions of the flags for the terminal and the documents. */

/** The last of the original script's flags, which come first in the schema. */
const lastOriginal = 'json_output_path';

/** The values of a flag: `0…102`, `adamw | adam | sgd`; empty if unrestricted. */
export function describeRange({ choices, limits }: FieldDescription): string {
  if (choices.length > 0) return choices.join(' | ');
  return limits ? `${limits.min}…${limits.max}` : '';
}

/** A flag's default: `on`, `0.1`, `empty`. */
export function describeDefault({ default: value }: FieldDescription): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return (Array.isArray(value) ? value.join(',') : String(value)) || 'empty';
}

const usage = `usage: npm run train -- [--flag value | --flag=value | --switch | --no-switch] …

Trains on CIFAR-10. Writes cifar10.h5 to the current folder and all files of the run to results/.
`;

/** The text of `--help`, wrapped to the terminal's width. */
export function helpText(terminalWidth: number): string {
  const width = Math.max(Math.min(terminalWidth, 110), 50);
  const indent = 24;
  const originalCount = fields.findIndex(({ name }) => name === lastOriginal) + 1;
  const describe = (field: FieldDescription) => {
    const facts = [describeRange(field), `default: ${describeDefault(field)}`].filter(Boolean).join('; ');
    const [first = '', ...rest] = wrap(`${field.help} (${facts})`, width - indent);
    return [
      `  --${field.name}`.padEnd(indent - 1).concat(' ', first),
      ...rest.map((line) => ' '.repeat(indent) + line),
    ];
  };
  return [
    usage,
    'Flags of the original script:',
    ...fields.slice(0, originalCount).flatMap(describe),
    '',
    'Additional flags:',
    ...fields.slice(originalCount).flatMap(describe),
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
