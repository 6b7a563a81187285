import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { fields } from '@/lib/config/fields.ts';
import { describeDefault, describeRange } from '@/server/training/flag-help.ts';
import { inProject } from './testing/paths.ts';

/** `npm run docs`: rewrites the parts of docs/REFERENCE.md that repeat the code. */

const reference = inProject('docs/REFERENCE.md');

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');

/** The table of all flags, in Markdown. */
function flagTable(): string {
  const rows = fields.map((field) => {
    const cells = [`\`--${field.name}\``, describeDefault(field), describeRange(field), field.help];
    return `| ${cells.map(escapeCell).join(' | ')} |`;
  });
  return ['| Flag | Default | Values | Description |', '|---|---|---|---|', ...rows].join('\n');
}

/** @returns the document with its generated parts up to date */
export const updateReference = (markdown: string): string =>
  markdown.replace(
    /(<!-- flags: .*? -->\n)[\s\S]*?(<!-- \/flags -->)/,
    (_, start: string, end: string) => `${start}${flagTable()}\n${end}`,
  );

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(reference, updateReference(readFileSync(reference, 'utf8')));
}
