import { fieldNames } from '@/lib/config/field-table.ts';
import { settingOf } from '@/lib/run/known-settings.ts';
import type { RunSummary } from '@/lib/run/run.ts';

/** Runs as JSON. Settings that an imported log does not contain are null; `logFacts` has the log's own unusable values. */
export const runsJson = (runs: readonly RunSummary[]): string => {
  const exported = runs.map((run) => ({
    ...run,
    config: Object.fromEntries(fieldNames.map((name) => [name, settingOf(run, name)])),
  }));
  return `${JSON.stringify(exported, null, 1)}\n`;
};
