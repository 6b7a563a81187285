import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/**
 * Part of make-compatibility-fixture.mjs. Runs in the checkout of the earlier commit with its modules: writes the runs as it
 * reads them, directly and after resuming them.
 */

const [file, ids] = [process.argv[2], JSON.parse(process.argv[3])];
const load = (name) => import(pathToFileURL(path.join(process.cwd(), name)).href);
// Module paths in commit e4292a9.
const { parseEnv } = await load('server/env.ts');
const { createServices } = await load('server/services.ts');
const { createCaller } = await load('server/router.ts');
const { openDownload } = await load('server/runs/open-download.ts');

const services = createServices(parseEnv(process.env, process.cwd()));
const caller = createCaller(services);

const read = async () => {
  const lists = [await caller.runs.list({}), await caller.runs.list({ examples: true })];
  const runs = {};
  for (const { id } of lists.flatMap(({ runs }) => runs)) runs[id] = await caller.runs.get({ id });
  return { lists: lists.map(({ total, runs }) => ({ total, ids: runs.map(({ id }) => id) })), runs };
};

const downloadsOf = async (id) => {
  const hashes = {};
  for (const name of ['metrics.csv', 'predictions.bin', 'run.json']) {
    const download = await openDownload(services, id, name);
    if (download)
      hashes[name] = createHash('sha256')
        .update(await buffer(download.content))
        .digest('hex');
  }
  return hashes;
};

const left = await read();
const downloads = {};
for (const id of Object.keys(left.runs)) downloads[id] = await downloadsOf(id);
services.queue.wake();
const isDone = async (id) => ['completed', 'failed'].includes((await caller.runs.get({ id })).status);
while (!(await isDone(ids.interrupted)) || !(await isDone(ids.queued))) await sleep(100);
const [interrupted, queued] = [
  await caller.runs.get({ id: ids.interrupted }),
  await caller.runs.get({ id: ids.queued }),
];
const processor = `${cpus()[0].model}, ${cpus().length} threads`;
writeFileSync(file, `${JSON.stringify({ processor, ids, left, downloads, resumed: { interrupted, queued } })}\n`);
await services.logs.close();
await services.queue.close();
process.exit(0);
