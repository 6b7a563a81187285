import { expect, it } from 'vitest';
import { bannedExpressions, checkLanguage } from './language.mjs';
import { projectRoot } from './testing/paths.ts';

const count = (line: string): number => bannedExpressions('a.ts', line).length;

it('finds expressions that are not standard terms, with their place', () => {
  expect(bannedExpressions('lib/a.ts', 'const a = 1;\n// The run goes on.')).toEqual([
    'lib/a.ts:2: “goes on” (instead: resume, continue)',
  ]);
  expect(count('/** Of what is kept, the last. */')).toBe(1);
  expect(count('<p>What was told by itself</p>')).toBe(2);
  expect(count('it comes to the same')).toBe(1);
});

it('accepts stored keys, and words that only contain a banned one', () => {
  expect(
    count("resumed.told.map((event) => event); const { told = [] } = resumed; { type: 'resumed', told: [] }"),
  ).toBe(0);
  expect(count("text('fruitless'); text('files_due'); row.furtherFrom")).toBe(0);
  expect(count('stellar intelligence, ergo on time, a forehand overhead')).toBe(0);
});

it('finds none in the project', () => {
  expect(checkLanguage(projectRoot)).toEqual([]);
});
