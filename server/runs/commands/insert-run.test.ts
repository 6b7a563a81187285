import { expect, it } from 'vitest';
import { createRunId } from '@/lib/run/run-id.ts';
import { listRuns } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { insertRun } from './insert-run.ts';

it('chooses another id if one is taken', () => {
  const { db } = openServices();
  const at = new Date(0);
  const [first, second] = [createRunId(at), createRunId(at)];
  const ids = [first, first, first, second];
  const add = () =>
    db.transaction((tx) =>
      insertRun(
        tx,
        at,
        (id) => ({ config: testConfig(), createdAt: 0, logFile: `run_${id}.json`, status: 'imported' }),
        () => ids.shift()!,
      ),
    );
  expect([add(), add()]).toEqual([first, second]);
  expect(listRuns(db).runs.map(({ id }) => id)).toEqual([second, first]);
});
