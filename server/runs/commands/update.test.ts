import { expect, it } from 'vitest';
import { runLabelsSchema } from '@/lib/config/run-labels.ts';
import { listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { startRun } from './start.ts';
import { updateRun } from './update.ts';

it('changes only the labels of a run', async () => {
  const services = openServices();
  const { id } = await startRun(services, testConfig({ name: 'waits', notes: 'why', seed: 7 }));
  expect(updateRun(services, id, { name: 'better', tags: ['a', 'b'] }).name).toBe('better');
  const expected = { ...testConfig({ name: 'better', notes: 'why', tags: ['a', 'b'], seed: 7 }) };
  expect((await readRun(services, id)).config).toEqual(expected);
  expect(updateRun(services, id, { name: '' }).name).toBe('frozen');
  expect(listRuns(services.db).runs[0]?.name).toBe('frozen');
  expect(() => updateRun(services, 'unknown', {})).toThrow('There is no run unknown');
});

it('has the bounds and messages of a new run', () => {
  const problems = (labels: object) => runLabelsSchema.safeParse(labels).error?.issues.map(({ message }) => message);
  expect(runLabelsSchema.parse({})).toEqual({});
  expect(runLabelsSchema.parse({ name: '  trimmed ' })).toEqual({ name: 'trimmed' });
  expect(problems({ name: 'x'.repeat(81) })).toEqual(['must be at most 80 characters long']);
  expect(problems({ notes: 'x'.repeat(4001) })).toEqual(['must be at most 4,000 characters long']);
  expect(problems({ tags: ['a', ' '] })).toEqual(['a tag must not be empty']);
  expect(problems({ seed: 1 })).toHaveLength(1);
});
