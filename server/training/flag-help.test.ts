import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { helpText } from './flag-help.ts';

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
    const lines = help.slice(help.indexOf('Flags of')).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});
