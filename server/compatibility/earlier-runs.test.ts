import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { unzipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { runEventSchema } from '@/lib/run/events.ts';
import { canceledLogSchema, resultsLogSchema } from '@/lib/run/results-log.ts';
import type { Context } from '@/server/context.ts';
import { createCaller } from '@/server/router.ts';
import { openDownload } from '@/server/runs/files/open-download.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { comparableFields, golden, unpackFixture } from './earlier-runs.test-helper.ts';

const { ids, left, downloads } = golden;

const withLineFeeds = (csv: Buffer): Buffer => Buffer.from(csv.toString().replaceAll('\r\n', '\n'));

describe('the results folder of an earlier server that was killed', () => {
  let services: Context;
  let caller: ReturnType<typeof createCaller>;
  beforeEach(async () => {
    services = openServices(await unpackFixture());
    caller = createCaller(services);
  });
  const lists = async () =>
    [await caller.runs.list({}), await caller.runs.list({ examples: true })].map(({ total, runs }) => ({
      total,
      ids: runs.map(({ id }) => id),
    }));

  it('lists every run with unchanged values', async () => {
    expect(await lists()).toEqual(left.lists);
    for (const [id, run] of Object.entries(left.runs)) {
      const current = await caller.runs.get({ id });
      expect(comparableFields(current)).toEqual(comparableFields(run));
      for (const { event } of current.events) expect(runEventSchema.safeParse(event).error).toBeUndefined();
    }
  });

  it('imports nothing new from the results folder', async () => {
    await services.logs.scan();
    expect(await lists()).toEqual(left.lists);
    expect(await caller.logs.problems()).toEqual([]);
  });

  it('has readable run logs', () => {
    const results = services.env.paths.results;
    const logOf = (id: string) => JSON.parse(readFileSync(path.join(results, `run_${id}.json`), 'utf8'));
    for (const id of [ids.completed, ids.commandLine]) {
      const { metrics, curves } = resultsLogSchema.parse(logOf(id));
      expect(metrics).toEqual(left.runs[id]!.metrics);
      expect(curves.stage1.loss.length + curves.stage2.loss.length).toBe(
        comparableFields(left.runs[id]!).epochs.length,
      );
    }
    const canceled = canceledLogSchema.parse(logOf(ids.canceled));
    expect(canceled.curves.stage1.loss.length).toBe(comparableFields(left.runs[ids.canceled]!).epochs.length);
  });

  it('offers the same downloads', async () => {
    for (const [id, hashes] of Object.entries(downloads)) {
      for (const [name, hash] of Object.entries(hashes)) {
        const { content } = (await openDownload(services, id, name))!;
        // Lines of CSV end in CRLF now, as RFC 4180 demands.
        const bytes = name.endsWith('.csv') ? withLineFeeds(await buffer(content)) : await buffer(content);
        expect([id, name, createHash('sha256').update(bytes).digest('hex')]).toEqual([id, name, hash]);
      }
    }
    const zip = await openDownload(services, ids.completed, 'run.zip');
    const names = Object.keys(unzipSync(await buffer(zip!.content))).map((name) => path.posix.basename(name));
    expect(names).toEqual(expect.arrayContaining(['metrics.csv', 'predictions.bin', 'run.json', 'wall.png']));
    const curves = await openDownload(services, ids.interrupted, 'tensorboard.zip');
    expect(Object.keys(unzipSync(await buffer(curves!.content)))).toHaveLength(2);
  });

  it('has the checkpoint that the interrupted run needs', () => {
    expect(readdirSync(path.join(services.env.paths.results, ids.interrupted))).toContain('checkpoint.safetensors');
  });
});
