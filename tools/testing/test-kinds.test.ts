import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { importsOf } from '../source-tree.mjs';
import { inProject, projectRoot } from './paths.ts';
import { kindOf } from './test-kinds.mjs';

/** Compares the kind implied by a test file's name with its imports. */

const folders = ['app', 'components', 'drizzle', 'lib', 'server', 'tools'];
const testFiles = folders
  .flatMap((folder) =>
    readdirSync(inProject(folder), { recursive: true }).map((name) =>
      path.posix.join(folder, String(name).replaceAll(path.sep, '/')),
    ),
  )
  .filter((file) => /\.test\.tsx?$/.test(file));

const read = (file: string) => readFileSync(path.join(projectRoot, file), 'utf8');

/** A file and everything in the project that it imports transitively, except type-only imports. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  if (reached.has(file) || !existsSync(path.join(projectRoot, file))) return reached;
  reached.add(file);
  for (const { target, isType } of importsOf(file, read(file))) if (target && !isType) reachedFrom(target, reached);
  return reached;
}

const launchesBrowser = ['tools/testing/browser.ts', 'tools/testing/app-page.ts'];
const runsProgram = [
  'tools/testing/app-server.ts',
  'server/faults/bare-server.test-helper.ts',
  'server/training/spawn-trainer.test-helper.ts',
  'server/training/run.ts',
  'server/training/stage1.ts',
  'server/training/stage2.ts',
];
/** Constants in tools/testing/paths.ts for built files, and other paths in dist/. */
const namesBuilt = /\b(builtTrainer|pidTrainer)\b|['"`]dist\//;
/** Excludes this file, whose text contains these names. */
const isTest = (file: string) => /\.test(-helper)?\.tsx?$/.test(file) && file !== 'tools/testing/test-kinds.test.ts';

const filesOf = (...kinds: string[]) => testFiles.filter((file) => kinds.includes(kindOf(file)));

it('derives the kind of a test from its name', () => {
  expect(kindOf('lib/format.test.ts')).toBe('unit');
  expect(kindOf('server/training/run.integration.test.ts')).toBe('integration');
  expect(kindOf('server/faults/kills.test.ts')).toBe('integration');
  expect(kindOf('app/axe.browser.test.ts')).toBe('browser');
  expect(filesOf('unit').length).toBeGreaterThan(100);
});

// The text of tools/directions.test.ts contains imports as examples.
const unit = filesOf('unit').filter((file) => file !== 'tools/directions.test.ts');

it.each(unit)('%s needs no browser, build or training', (file) => {
  const reached = [...reachedFrom(file)];
  expect(reached.filter((each) => [...launchesBrowser, ...runsProgram].includes(each))).toEqual([]);
  expect(reached.filter((each) => isTest(each) && namesBuilt.test(read(each)))).toEqual([]);
});

it('names every test with a browser accordingly, except for faults', () => {
  const withBrowser = testFiles.filter((file) => launchesBrowser.some((helper) => reachedFrom(file).has(helper)));
  expect(withBrowser.length).toBeGreaterThan(10);
  expect(withBrowser.filter((file) => kindOf(file) !== 'browser')).toEqual(['server/faults/load.test.ts']);
});
