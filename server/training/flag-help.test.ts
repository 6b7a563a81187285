import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fields } from '@/lib/config/fields.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { defaultInWords, helpText, rangeInWords } from './flag-help.ts';

const defaults = trainConfigSchema.parse({});

describe('helpText', () => {
  it('lists every flag with its default, wrapped to the terminal', () => {
    const help = helpText(60);
    for (const [name, value] of Object.entries(defaults)) {
      expect(help).toMatch(new RegExp(`^  --${name}\\b`, 'm'));
      if (typeof value === 'number') {
        const entry = help
          .slice(help.indexOf(`  --${name} `))
          .split('\n  --')[0]!
          .replace(/\s+/g, ' ');
        expect(entry).toContain(`default: ${value})`);
      }
    }
    const lines = help.slice(help.indexOf('As in')).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe('README', () => {
  it('lists the schema’s flags in its table', async () => {
    const readme = await readFile(inProject('README.md'), 'utf8');
    const [, table] = /<!-- flags.*?-->\n(.*?)\n<!-- \/flags -->/s.exec(readme) ?? [];
    const escaped = (text: string) => text.replaceAll('|', '\\|');
    const rows = fields.map(
      (field) =>
        `| \`--${field.name}\` | ${defaultInWords(field)} | ${escaped(rangeInWords(field))} | ${escaped(field.help)} |`,
    );
    expect(table?.split('\n')).toEqual(['| Flag | Default | Takes | |', '|---|---|---|---|', ...rows]);
  });
});
