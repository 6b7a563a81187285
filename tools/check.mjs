import { root } from './build.mjs';
import { heavyImports, importCycles, oversized, wrongDirections } from './directions.mjs';
import { checkLanguage } from './language.mjs';
import { runTool } from './run-tool.mjs';
import { readSources } from './source-tree.mjs';

/** `npm run check`: format and lint, structure of the source tree, language, types, unused code. All are run, then it fails. */
const checks = {
  'format and lint': () => runTool('biome', ['check', '--error-on-warnings']),
  structure: () => {
    const sources = readSources(root);
    const wrong = [
      ...wrongDirections(sources),
      ...importCycles(sources),
      ...oversized(sources),
      ...heavyImports(sources),
    ];
    for (const line of wrong) console.error(line);
    return wrong.length;
  },
  language: () => {
    const wrong = checkLanguage(root);
    for (const line of wrong) console.error(line);
    return wrong.length;
  },
  types: () => runTool('tsc', ['--noEmit', '--project', '.']),
  'unused code': () => runTool('knip', []),
};

const failed = Object.entries(checks).filter(([name, check]) => {
  console.log(`── ${name}`);
  return check() !== 0;
});
if (failed.length > 0) {
  console.error(`Failed: ${failed.map(([name]) => name).join(', ')}.`);
  process.exitCode = 1;
}
