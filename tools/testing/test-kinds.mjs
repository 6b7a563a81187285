/**
 * The kind of a test, and so what it needs, follows from its file name:
 *
 * - `*.browser.test.ts` needs a browser and usually the built app.
 * - `*.integration.test.ts` and everything in `server/faults` runs real parts of the program: the built bundles, the app, a
 *   command line or trainer processes that must be waited for, an engine on the complete network, or training.
 * - any other `*.test.ts` needs only the sources. `npm run test:unit` runs these without a build.
 */
const browser = '.browser.test.ts';
const integration = '.integration.test.ts';
const integrationFolder = 'server/faults/';

/**
 * @param {string} file relative to the project root, with forward slashes
 * @returns {'unit' | 'integration' | 'browser'}
 */
export function kindOf(file) {
  if (file.endsWith(browser)) return 'browser';
  return file.endsWith(integration) || file.startsWith(integrationFolder) ? 'integration' : 'unit';
}

const tests = '**/*.test.{ts,tsx}';
const never = ['**/node_modules/**', 'dist/**', '.next/**'];
const others = [`**/*${integration}`, `${integrationFolder}${tests}`];

/** Vitest's `include` and `exclude` patterns for each kind. */
export const testFiles = {
  unit: { include: [tests], exclude: [...never, ...others, `**/*${browser}`] },
  integration: { include: others, exclude: [...never, `**/*${browser}`] },
  browser: { include: [`**/*${browser}`], exclude: never },
};
