/**
 * What a test file needs follows from its name:
 *
 * - `*.browser.test.ts`: a browser, and mostly the built app.
 * - `*.integration.test.ts` and everything in `server/faults`: the program as a whole, that is the built bundles, the app or a
 *   command line in a process of its own, or a training.
 * - any other `*.test.ts`: only the sources. `npm run test:unit` runs these and builds nothing.
 */
const browser = '.browser.test.ts';
const integration = '.integration.test.ts';
const integrationFolder = 'server/faults/';

/**
 * @param {string} file relative to the project, with forward slashes
 * @returns {'unit' | 'integration' | 'browser'}
 */
export function kindOf(file) {
  if (file.endsWith(browser)) return 'browser';
  return file.endsWith(integration) || file.startsWith(integrationFolder) ? 'integration' : 'unit';
}

const tests = '**/*.test.{ts,tsx}';
const never = ['**/node_modules/**', 'dist/**', '.next/**'];
const others = [`**/*${integration}`, `${integrationFolder}${tests}`];

/** The same as Vitest's `include` and `exclude`, by kind. */
export const testFiles = {
  unit: { include: [tests], exclude: [...never, ...others, `**/*${browser}`] },
  integration: { include: others, exclude: [...never, `**/*${browser}`] },
  browser: { include: [`**/*${browser}`], exclude: never },
};
