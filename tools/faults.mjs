import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildIfStale } from './build.mjs';
import { runTool } from './run-tool.mjs';

/** `npm run test:faults`: injects every fault as often as docs/RELIABILITY.md states and prints a table of outcomes. */
await buildIfStale('trainer', 'server', 'app');
const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
const table = path.join(folder, 'table.ndjson');
writeFileSync(table, '');
process.env.FAULTS = 'whole';
process.env.FAULTS_TABLE = table;
process.exitCode = runTool('vitest', ['run', 'server/faults', ...process.argv.slice(2)]);
const rows = readFileSync(table, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
console.log('\n| Fault | How | Outcome |\n|---|---|---|');
for (const { name, how, outcome } of rows) console.log(`| ${name} | ${how} | ${outcome} |`);
rmSync(folder, { recursive: true });
