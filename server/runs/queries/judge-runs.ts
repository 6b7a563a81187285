import { readFile } from 'node:fs/promises';
import type { RunRow } from '@/drizzle/schema.ts';
import { distinctNames, namedRun } from '@/lib/run/distinct-names.ts';
import { type Answers, decodeAnswers, type TestKind } from '@/lib/run/predictions.ts';
import { type Contender, judge, type Verdict } from '@/lib/stats/verdict.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { findRunFile } from '@/server/runs/files/run-files.ts';
import { findRow } from './read-runs.ts';

/** One run held against the first of several. */
export interface RunVerdict extends Record<TestKind, Verdict> {
  id: string;
}

/**
 * Holds every other run against the first on their test images, plain and with test-time augmentation: a sentence each,
 * and what it stands on. Where a run's predictions are not to be read, its accuracy serves, and the sentence says so.
 * @throws RunNotFoundError
 */
export async function judgeRuns(
  { db, env }: Pick<BaseContext, 'db' | 'env'>,
  ids: readonly string[],
): Promise<RunVerdict[]> {
  const rows = ids.map((id) => findRow(db, id));
  const names = distinctNames(rows.map(namedRun));
  const answers = await Promise.all(rows.map((row) => readAnswers(env.paths.results, row)));
  const contender = (index: number, kind: TestKind): Contender => {
    const { metrics, test } = rows[index]!;
    const { labels, [kind]: predicted } = answers[index] ?? { labels: null, [kind]: null };
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

/** Null where there is no such file, or it cannot be made sense of: it is then as if it were not there. */
async function readAnswers(results: string, row: RunRow): Promise<Answers | null> {
  const file = await findRunFile(results, row, 'predictions.bin');
  if (!file) return null;
  try {
    return decodeAnswers(await readFile(file.path));
  } catch (error) {
    console.error(`${file.path}: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}
