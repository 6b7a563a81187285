import { createReadStream, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar';
import type { RunDetail } from '@/lib/run/run.ts';
import { inProject } from '@/tools/testing/paths.ts';

/**
 * The results folder of an earlier commit, and what that commit itself read from it. The files were created by
 * tools/testing/make-compatibility-fixture.mjs, which documents their contents.
 */

/** The origin or end of each of the six runs. The folder also contains the examples. */
type Scenario = 'commandLine' | 'imported' | 'completed' | 'canceled' | 'interrupted' | 'queued';

interface Golden {
  ids: Record<Scenario, string>;
  left: {
    /** The list of runs, and that of the examples. */
    lists: { total: number; ids: string[] }[];
    runs: Record<string, RunDetail>;
  };
  /** SHA-256 by run and name. */
  downloads: Record<string, Record<string, string>>;
  resumed: Record<'interrupted' | 'queued', RunDetail>;
}

const fixture = (name: string) => inProject(`server/compatibility/fixtures/e4292a9/${name}`);

export const golden: Golden = JSON.parse(readFileSync(fixture('golden.json'), 'utf8'));

/** @returns a new temporary folder that contains the results folder */
export async function unpackFixture(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'compatibility-'));
  await pipeline(createReadStream(fixture('left.tar.br')), createBrotliDecompress(), extract({ cwd: folder }));
  return folder;
}

/** The fields that every version must read identically. Fields added later are excluded. */
export const comparableFields = ({ events, ...run }: RunDetail) => ({
  id: run.id,
  name: run.name,
  status: run.status,
  config: run.config,
  createdAt: run.createdAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  engine: run.engine,
  valAccuracy: run.valAccuracy,
  metrics: run.metrics,
  timing: run.timing,
  test: run.test,
  peakMemory: run.peakMemory,
  error: run.error,
  isExample: run.isExample,
  queuePosition: run.queuePosition,
  confusion: run.confusion,
  classes: run.classes,
  files: run.files,
  hasCheckpoint: run.hasCheckpoint,
  logTail: run.logTail,
  cursor: run.cursor,
  events: events.map(({ id, event }) => [id, event.type, event.at]),
  epochs: epochsOf(events),
});

export const epochsOf = (events: RunDetail['events']) =>
  events.flatMap(({ event }) => (event.type === 'epoch' ? [event] : []));
