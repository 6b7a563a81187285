import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { resultsLogSchema } from '@/lib/run/results-log.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import type { Context } from '@/server/context.ts';
import { createCaller } from '@/server/router.ts';
import { deleteRun } from '@/server/runs/commands/delete.ts';
import { resumeRun } from '@/server/runs/commands/resume.ts';
import { findRow, listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { inProject, originalLogs } from '@/tools/testing/paths.ts';

const originals = originalLogs;
const original = (name: string) => readFileSync(path.join(originals, name), 'utf8');
const put = ({ env }: Context, name: string, content: string | Buffer) => {
  const file = path.join(env.paths.results, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
};
const names = ({ db }: Context) =>
  listRuns(db)
    .runs.map(({ name }) => name)
    .sort();
const problems = async (services: Context) =>
  new Map((await createCaller(services).logs.problems()).map(({ file, problem }) => [file, problem]));

const examplesOf = ({ db }: Context) => listRuns(db, runQuerySchema.parse({ examples: true })).runs;

describe('logs in the results folder', () => {
  it('are imported automatically, including ones that appear later', async () => {
    const services = openServices();
    cpSync(originals, services.env.paths.results, { recursive: true });
    services.logs.start();
    await vi.waitFor(() => expect(listRuns(services.db).runs).toHaveLength(7), 90_000);
    put(services, 'later.json', '{"metrics": {"val_end2end": 0.5}}');
    await vi.waitFor(() => expect(names(services)).toContain('later'), 90_000);
  });

  it('become runs with curves, matrix and metrics only once', async () => {
    const services = openServices();
    cpSync(originals, services.env.paths.results, { recursive: true });
    await services.logs.scan();
    await services.logs.scan();
    expect(listRuns(services.db).runs).toHaveLength(7);
    const best = listRuns(services.db).runs.toSorted((a, b) => b.valAccuracy! - a.valAccuracy!)[0]!;
    expect(best).toMatchObject({ name: 'run_final_optimized', status: 'imported', test: { hash: 'unknown' } });
    expect(best.valAccuracy).toBeCloseTo(0.9228, 6);
    await expect(resumeRun(services, best.id)).rejects.toThrow('was imported from a log');
    const run = await readRun(services, best.id);
    expect(run.events.filter(({ event }) => event.type === 'epoch')).toHaveLength(16 + 55);
    expect(run.confusion?.tta?.[0]?.[0]).toBe(922);
    expect(run.files.map(({ name }) => name)).toEqual(['run.json']);
  });

  it('update their run when they change, and keep the user’s labels', async () => {
    const services = openServices();
    put(services, 'mine.json', '{"metrics": {"val_end2end": 0.5}}');
    await services.logs.scan();
    const [first] = listRuns(services.db).runs;
    await createCaller(services).runs.update({ id: first!.id, name: 'renamed' });
    put(services, 'mine.json', '{"metrics": {"val_end2end": 0.75}} ');
    await services.logs.scan();
    expect(listRuns(services.db).runs).toMatchObject([{ id: first!.id, name: 'renamed', valAccuracy: 0.75 }]);
  });

  it('are not imported if they belong to runs of this server, under any name', async () => {
    const services = openServices();
    const id = await startScene(services, 'completes');
    await until(services, id, 'completed');
    const own = JSON.stringify({ config: { run_id: id }, metrics: { val_end2end: 0.5 } });
    put(services, `run_${id}.json`, own);
    put(services, 'copy.json', own);
    await services.logs.scan();
    expect(listRuns(services.db).runs).toHaveLength(1);
    expect(await problems(services)).toEqual(new Map());
  });

  it('are not imported before their command-line run has ended', async () => {
    const services = openServices();
    const id = '20261124-081530-4f2a';
    put(services, `${id}/events.ndjson`, '');
    put(services, `run_${id}.json`, JSON.stringify({ config: { run_id: id }, metrics: { val_end2end: 0.5 } }));
    await services.logs.scan();
    expect(listRuns(services.db).runs).toEqual([]);
  });

  it('stay deleted, unless they are added again', async () => {
    const services = openServices();
    const file = put(services, 'mine.json', '{"metrics": {"val_end2end": 0.5}}');
    await services.logs.scan();
    await deleteRun(services, listRuns(services.db).runs[0]!.id);
    await services.logs.scan();
    expect([listRuns(services.db).runs, readdirSync(path.dirname(file)).includes('mine.json')]).toEqual([[], false]);
    put(services, 'mine.json', '{"metrics": {"val_end2end": 0.5}}');
    await services.logs.scan();
    expect(names(services)).toEqual(['mine']);
  });

  it('keep their run when they are removed, and belong to it again when they return', async () => {
    const services = openServices();
    const file = put(services, 'mine.json', original('run_n0.json'));
    await services.logs.scan();
    const [before] = listRuns(services.db).runs;
    rmSync(file);
    await services.logs.scan();
    expect(listRuns(services.db).runs).toHaveLength(1);
    put(services, 'mine.json', original('run_n0.json'));
    await services.logs.scan();
    expect(listRuns(services.db).runs.map(({ id }) => id)).toEqual([before!.id]);
  });
});

describe('a renamed or copied log', () => {
  const rename = ({ env }: Context, from: string, to: string) =>
    renameSync(path.join(env.paths.results, from), path.join(env.paths.results, to));

  it('belongs to the same run if it was renamed', async () => {
    const services = openServices();
    put(services, 'x.json', original('run_n0.json'));
    await services.logs.scan();
    const { id } = listRuns(services.db).runs[0]!;
    for (const [from, to] of [
      ['x.json', 'y.json'],
      ['y.json', 'z.json'],
    ] as const) {
      rename(services, from, to);
      await services.logs.scan();
      await services.logs.scan();
      expect(listRuns(services.db).runs.map((run) => run.id)).toEqual([id]);
      expect(await problems(services)).toEqual(new Map());
      expect((await readRun(services, id)).files.map(({ name }) => name)).toEqual(['run.json']);
    }
    await deleteRun(services, id);
    expect(readdirSync(services.env.paths.results)).not.toContain('z.json');
  });

  it('is not imported while the original exists, and then replaces it', async () => {
    const services = openServices();
    const file = put(services, 'x.json', original('run_n0.json'));
    put(services, 'y.json', original('run_n0.json'));
    put(services, 'z.json', original('run_n0.json'));
    await services.logs.scan();
    const { id } = listRuns(services.db).runs[0]!;
    expect([...(await problems(services)).keys()]).toEqual(['y.json', 'z.json']);
    rmSync(file);
    await services.logs.scan();
    expect(listRuns(services.db).runs.map((run) => run.id)).toEqual([id]);
    expect(await problems(services)).toEqual(new Map([['z.json', 'is a copy of y.json, which is already imported']]));
    expect((await readRun(services, id)).files.map(({ name }) => name)).toEqual(['run.json']);
  });

  it('becomes a separate run once the original has changed', async () => {
    const services = openServices();
    put(services, 'x.json', original('run_n0.json'));
    put(services, 'y.json', original('run_n0.json'));
    await services.logs.scan();
    put(services, 'x.json', original('run_full_tune.json'));
    await services.logs.scan();
    await services.logs.scan();
    expect(names(services)).toEqual(['x', 'y']);
    expect(await problems(services)).toEqual(new Map());
  });

  it('is not imported after its run was deleted, unless it is renamed', async () => {
    const services = openServices();
    put(services, 'x.json', original('run_n0.json'));
    put(services, 'y.json', original('run_n0.json'));
    put(services, 'other.json', original('run_n0.json').slice(0, 500));
    await services.logs.scan();
    await deleteRun(services, listRuns(services.db).runs[0]!.id);
    await services.logs.scan();
    expect(listRuns(services.db).runs).toEqual([]);
    const listed = await problems(services);
    expect([listed.get('y.json'), listed.get('other.json')]).toEqual([
      'is a copy of a log whose run was deleted; rename it to import it again',
      expect.stringContaining('is not JSON'),
    ]);
    rename(services, 'y.json', 'z.json');
    await services.logs.scan();
    expect(names(services)).toEqual(['z']);
    expect([...(await problems(services)).keys()]).toEqual(['other.json']);
  });

  it('does not restore a deleted example that it is a copy of', async () => {
    const services = openServices();
    put(services, 'examples/frozen.json', original('run_n0.json'));
    await services.logs.scan();
    put(services, 'mine.json', original('run_n0.json'));
    await services.logs.scan();
    await deleteRun(services, examplesOf(services)[0]!.id);
    await services.logs.scan();
    await services.logs.scan();
    expect([examplesOf(services), names(services)]).toEqual([[], []]);
    expect((await problems(services)).get('mine.json')).toContain('whose run was deleted');
  });

  it('is no longer an example after it was moved out of the examples folder', async () => {
    const services = openServices();
    put(services, 'examples/frozen.json', original('run_n0.json'));
    await services.logs.scan();
    const [example] = examplesOf(services);
    rename(services, 'examples/frozen.json', 'mine.json');
    await services.logs.scan();
    expect(examplesOf(services)).toEqual([]);
    expect(listRuns(services.db).runs.map((run) => run.id)).toEqual([example!.id]);
  });

  it('still belongs to the server’s run whose log was copied', async () => {
    const services = openServices();
    const id = await startScene(services, 'completes');
    await until(services, id, 'completed');
    put(services, 'copy.json', JSON.stringify({ config: { run_id: id }, metrics: { val_end2end: 0.5 } }));
    await services.logs.scan();
    const { logFile } = findRow(services.db, id);
    rename(services, 'copy.json', 'moved.json');
    await services.logs.scan();
    expect(await problems(services)).toEqual(new Map());
    expect(findRow(services.db, id)).toMatchObject({ logFile, status: 'completed' });
    expect(listRuns(services.db).runs).toHaveLength(1);
  });
});

describe('examples', () => {
  it('are listed separately; a deleted one keeps its file and does not return, even if the file changes', async () => {
    const services = openServices();
    put(services, 'examples/frozen.json', original('run_n0.json'));
    await services.logs.scan();
    const [example] = examplesOf(services);
    expect(example).toMatchObject({ name: 'frozen', isExample: true, status: 'imported' });
    expect(listRuns(services.db)).toEqual({ runs: [], total: 0 });
    await deleteRun(services, example!.id);
    await services.logs.scan();
    put(services, 'examples/frozen.json', original('run_full_tune.json'));
    await services.logs.scan();
    expect(examplesOf(services)).toEqual([]);
  });

  it('shipped with the project are valid, unique and free of absolute paths', async () => {
    const services = openServices();
    const shipped = inProject('results/examples');
    cpSync(shipped, path.join(services.env.paths.results, 'examples'), { recursive: true });
    await services.logs.scan();
    expect(examplesOf(services)).toHaveLength(readdirSync(shipped).length);
    expect(await problems(services)).toEqual(new Map());
    expect(listRuns(services.db).total).toBe(0);
    for (const name of readdirSync(shipped)) {
      const text = readFileSync(path.join(shipped, name), 'utf8');
      resultsLogSchema.parse(JSON.parse(text));
      expect(text).not.toMatch(/"(\/|[A-Za-z]:\\)/);
    }
  });
});

describe('hostile logs', () => {
  it('are listed with reasons and have no other effect', async () => {
    const services = openServices();
    const { results } = services.env.paths;
    put(services, 'good.json', original('run_n0.json'));
    put(services, 'truncated.json', original('run_n0.json').slice(0, 2000));
    truncateSync(put(services, 'huge.json', '{'), 200_000_000);
    put(services, 'wrong-types.json', '{"config": {"n_unfreeze": []}, "metrics": {"val_end2end": "high"}}');
    put(services, 'proto.json', '{"config": {"__proto__": {"isExample": true}}, "metrics": {"val_end2end": 1}}');
    put(services, 'same.json', original('run_n0.json'));
    put(services, 'deep.json', `{"config": ${'['.repeat(2_000_000)}`);
    put(services, 'binary.json', Buffer.from([0x89, 0x48, 0x44, 0x46, 0xff, 0xfe, 0x00]));
    put(services, 'empty.json', '');
    symlinkSync('/etc/passwd', path.join(results, 'link.json'));
    put(services, 'endless.json', JSON.stringify({ curves: { stage2: { loss: new Array(1_000_000).fill(1) } } }));
    mkdirSync(path.join(results, 'folder.json'));
    await services.logs.scan();
    const listed = await problems(services);
    expect(Object.fromEntries([...listed].map(([file, problem]) => [file, problem]))).toEqual({
      'truncated.json': expect.stringContaining('is not JSON'),
      'huge.json': expect.stringMatching(/^is 200\sMB large/),
      'wrong-types.json': expect.stringContaining('metrics.val_end2end left out: high is not a number'),
      'proto.json': 'contains the key __proto__, which is not allowed',
      'same.json': 'is a copy of good.json, which is already imported',
      'deep.json': expect.stringContaining('nested more than'),
      'binary.json': 'is not a text file',
      'empty.json': 'is empty',
      'link.json': expect.stringContaining('is a symbolic link'),
      'endless.json': expect.stringContaining('more than 10000 epochs'),
      'folder.json': 'is not a regular file',
    });
    expect(names(services)).toEqual(['good']);
    expect(listRuns(services.db).runs[0]!.isExample).toBe(false);
    // A fixed log is imported and no longer listed as a problem.
    put(services, 'truncated.json', original('run_n0_AdamW.json'));
    rmSync(path.join(results, 'empty.json'));
    await services.logs.scan();
    expect(names(services)).toEqual(['good', 'truncated']);
    const remaining = await problems(services);
    expect([remaining.has('truncated.json'), remaining.has('empty.json'), remaining.size]).toEqual([
      false,
      false,
      listed.size - 2,
    ]);
  });
});

describe('entries that cannot be read', () => {
  const id = '20261124-081530-4f2a';
  const other = '20261124-081530-4f2b90c7';
  const journal = (runId: string) =>
    [
      { runId, config: testConfig({ name: `from ${runId}` }), createdAt: 4 },
      { type: 'failed', at: 6, code: 'data-missing', message: 'No data.', lastLines: [] },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');

  it('are listed with reasons, and everything else is imported', async () => {
    const services = openServices();
    const { results } = services.env.paths;
    const inResults = (name: string) => path.join(results, name);
    const idOf = (digit: number) => `20261124-08153${digit}-0000`;
    for (const digit of [1, 2, 3, 4, 5]) mkdirSync(inResults(idOf(digit)));
    mkdirSync(inResults(`${idOf(1)}/events.ndjson`));
    symlinkSync('events.ndjson', inResults(`${idOf(2)}/events.ndjson`));
    truncateSync(put(services, `${idOf(3)}/events.ndjson`, '{'), 700_000_000);
    execFileSync('mkfifo', [inResults(`${idOf(4)}/events.ndjson`), inResults('pipe.json')]);
    symlinkSync(inResults(idOf(4)), inResults(idOf(6)));
    symlinkSync('loop.json', inResults('loop.json'));
    symlinkSync('examples', inResults('examples'));
    writeFileSync(Buffer.concat([Buffer.from(`${results}/caf`), Buffer.of(0xe9), Buffer.from('.json')]), '{}');
    put(services, `${id}/events.ndjson`, journal(id));
    put(services, `${other}/events.ndjson`, journal(other));
    put(services, 'zebra.json', original('run_n0.json'));
    await services.logs.scan();
    expect(Object.fromEntries(await problems(services))).toEqual({
      [`${idOf(1)}/events.ndjson`]: 'is not a regular file',
      [`${idOf(2)}/events.ndjson`]: 'is a symbolic link; only regular files are read',
      [`${idOf(3)}/events.ndjson`]: 'has more than 32 MB',
      [`${idOf(4)}/events.ndjson`]: 'is not a regular file',
      [idOf(6)]: 'is not a folder; only folders are named after runs',
      'pipe.json': 'is not a regular file',
      'loop.json': expect.stringContaining('is a symbolic link'),
      examples: 'cannot be read: it is a loop of links',
      'caf\ufffd.json': 'has a name that is not UTF-8; rename it',
    });
    expect(names(services)).toEqual([`from ${id}`, `from ${other}`, 'zebra']);

    rmSync(inResults(`${idOf(1)}/events.ndjson`), { recursive: true });
    put(services, `${idOf(1)}/events.ndjson`, journal(idOf(1)));
    await services.logs.scan();
    expect(names(services)).toContain(`from ${idOf(1)}`);
    expect([...(await problems(services)).keys()]).not.toContain(`${idOf(1)}/events.ndjson`);
  });

  it('do not prevent the import of the log of the same run', async () => {
    const services = openServices();
    mkdirSync(path.join(services.env.paths.results, id, 'events.ndjson'), { recursive: true });
    put(services, `run_${id}.json`, JSON.stringify({ config: { run_id: id }, metrics: { val_end2end: 0.5 } }));
    await services.logs.scan();
    expect(listRuns(services.db).runs).toMatchObject([{ id, status: 'imported' }]);
  });

  it('are read again after a failure of the database, which is described without SQL', async () => {
    const services = openServices();
    const sqlite = services.db.$client;
    sqlite.exec("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'no'); END");
    put(services, 'mine.json', original('run_n0.json'));
    put(services, `${id}/events.ndjson`, journal(id));
    await services.logs.scan();
    const reason =
      'was not stored; the next attempt follows in a few seconds. The database reported SQLITE_CONSTRAINT_TRIGGER.';
    expect(await problems(services)).toEqual(
      new Map([
        [`${id}/events.ndjson`, reason],
        ['mine.json', reason],
      ]),
    );
    sqlite.exec('DROP TRIGGER refuse');
    await services.logs.scan();
    expect([names(services), await problems(services)]).toEqual([[`from ${id}`, 'mine'], new Map()]);
  });
});

it('imports 3,000 logs of the same second', { timeout: 120_000 }, async () => {
  const services = openServices();
  const at = new Date(1_700_000_000_000);
  for (let number = 0; number < 3000; number++) {
    utimesSync(
      put(services, `sweep-${number}.json`, `{"config": {"seed": ${number}}, "metrics": {"val_end2end": 0.5}}`),
      at,
      at,
    );
  }
  await services.logs.scan();
  expect([listRuns(services.db).total, await problems(services)]).toEqual([3000, new Map()]);
});
