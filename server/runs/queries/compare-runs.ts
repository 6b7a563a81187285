import { readFile } from 'node:fs/promises';
import type { RunRow } from '@/drizzle/schema.ts';
import { distinctNames, namedRun } from '@/lib/run/distinct-names.ts';
import { decodeClasses, type PredictedClasses, type TestKind } from '@/lib/run/predictions.ts';
import { type Contender, judge, type Verdict } from '@/lib/stats/verdict.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { findRunFile } from '@/server/runs/files/run-files.ts';
import { findRow } from './read-runs.ts';

/** The comparison of a run with the first of several. */
export interface RunVerdict extends Record<TestKind, Verdict> {
  id: string;
}

/**
 * Compares every other run with the first one on their test images, plain and with test-time augmentation. If a run's
 * predictions cannot be read, its accuracy is compared instead, and the verdict says so.
 * @throws RunNotFoundError
 */
export async function compareRuns(
  { db, env }: Pick<BaseContext, 'db' | 'env'>,
  ids: readonly string[],
): Promise<RunVerdict[]> {
  const rows = ids.map((id) => findRow(db, id));
  const names = distinctNames(rows.map(namedRun));
  const classes = await Promise.all(rows.map((row) => readClasses(env.paths.results, row)));
  const contender = (index: number, kind: TestKind): Contender => {
    const { metrics, test } = rows[index]!;
    const { labels, [kind]: predicted } = classes[index] ?? { labels: null, [kind]: null };
    return {
      name: names[index]!,
      test,
      accuracy: metrics?.[kind === 'plain' ? 'test_end2end' : 'test_tta'] ?? null,
      answers: labels && predicted && { labels, predicted },
    };
  };
  return ids.slice(1).map((id, index) => {
    const verdict = (kind: TestKind) => judge(contender(index + 1, kind), contender(0, kind));
    return { id, plain: verdict('plain'), tta: verdict('tta') };
  });
}

/** Null if there are no predictions or they are damaged, which is logged. */
async function readClasses(results: string, row: RunRow): Promise<PredictedClasses | null> {
  const file = await findRunFile(results, row, 'predictions.bin');
  if (!file) return null;
  try {
    return decodeClasses(await readFile(file.path));
  } catch (error) {
    console.error(`${file.path}: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}
