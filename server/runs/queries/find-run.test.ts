import { expect, it } from 'vitest';
import { singleton } from '@/server/singleton.ts';
import { findRun } from './find-run.ts';
import { openWithRuns } from './stored-runs.test-helper.ts';

it('returns null for an unknown run, but throws if the database fails', async () => {
  const services = openWithRuns({});
  singleton('context', () => services);
  expect(await findRun('a')).toMatchObject({ id: 'a', events: [] });
  expect(await findRun('b')).toBeNull();
  services.db.$client.close();
  await expect(findRun('a')).rejects.toThrow('not open');
});
