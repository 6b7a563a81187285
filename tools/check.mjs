import { findWrongDirections } from './directions.mjs';
import { runTool } from './run-tool.mjs';

/** `npm run check`: format and lint, directions between folders, types, unused code. All are told, then it fails. */
const checks = {
  'format and lint': () => runTool('biome', ['check', '--error-on-warnings']),
  directions: () => {
    const wrong = findWrongDirections();
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
