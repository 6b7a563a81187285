import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startRun } from '@/server/runs/commands/start.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { chooseLogFile } from './choose-log-file.ts';

const id = '20261124-081530-4f2a';

it('accepts any new .json file in the results folder', async () => {
  const services = openServices();
  const { results } = services.env.paths;
  const choose = (requested: string) => chooseLogFile(results, requested);
  expect(await choose('')).toBe(null);
  expect(await choose('mine.json')).toBe('mine.json');
  expect(await choose('./results/mine.json')).toBe('mine.json');
  expect(await choose('a/b/mine.json')).toBe(path.join('a', 'b', 'mine.json'));
  expect(await choose(path.join(results, 'mine.json'))).toBe('mine.json');
  expect(await choose('results/..json')).toBe('..json');
});

it('rejects everything else with a message for the field', async () => {
  const services = openServices();
  const { results } = services.env.paths;
  writeFileSync(path.join(results, 'there.json'), '{}');
  mkdirSync(path.join(results, 'folder.json'));
  symlinkSync(path.dirname(results), path.join(results, 'out'));
  symlinkSync(path.join(results, 'nowhere'), path.join(results, 'dangling.json'));
  const rejected: [string, RegExp][] = [
    ['mine.txt', /\.json$/],
    ['.json', /\.json$/],
    ['../mine.json', /inside the results folder/],
    ['results/../../mine.json', /inside the results folder/],
    ['/tmp/mine.json', /inside the results folder/],
    ['out/mine.json', /inside the results folder/],
    [`${id}/mine.json`, /a run’s folder/],
    ['there.json', /already exists/],
    ['folder.json', /already exists/],
    ['dangling.json', /already exists/],
    ['there.json/mine.json', /inside a file/],
    ['run_20261124-081531-4f2b.json', /another run’s log/],
    ['run_20261124-081531-4f2b.json/mine.json', /another run’s log/],
    ['a\0.json', /path/],
    [`${'a'.repeat(300)}.json`, /has a name of 305 bytes; the limit is 230/],
    [`${'é'.repeat(120)}.json`, /has a name of 245 bytes/],
    [`${'b'.repeat(240)}/mine.json`, /has a name of 240 bytes/],
    [`${'c/'.repeat(2000)}mine.json`, /has a path of \d+ bytes; the limit is 4000/],
  ];
  for (const [requested, message] of rejected) {
    await expect(chooseLogFile(results, requested), requested).rejects.toMatchObject({
      field: 'json_output_path',
      message: expect.stringMatching(message),
    });
  }
});

it('gives a name to only one of two runs that request it concurrently', async () => {
  const services = openServices();
  const config = testConfig({ name: 'completes', json_output_path: 'mine.json' });
  const ended = await Promise.allSettled([startRun(services, config), startRun(services, config)]);
  // Which of them succeeds depends on timing.
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(ended.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { field: 'json_output_path', message: expect.stringContaining('taken') },
  });
});

it.each([
  ['d.json', 'd.json/y.json', 'must not be inside the log of another run, d.json'],
  ['d.json/y.json', 'd.json', 'is a folder for the log of another run, d.json/y.json'],
  ['a/d.json', 'a/d.json/b/y.json', 'must not be inside the log of another run, a/d.json'],
])('rejects a log that collides with that of a waiting run: %s, then %s', async (first, second, message) => {
  const services = openServices();
  await startRun(services, testConfig({ name: 'hangs', json_output_path: 'other.json' }));
  await startRun(services, testConfig({ name: 'completes', json_output_path: first }));
  const started = startRun(services, testConfig({ name: 'completes', json_output_path: second }));
  await expect(started).rejects.toMatchObject({ field: 'json_output_path', message });
  await startRun(services, testConfig({ name: 'completes', json_output_path: 'd.jso/y.json' }));
});
