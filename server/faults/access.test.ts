import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runsUrl } from '@/components/runs/runs-url.ts';
import { type AppServer, startAppIn } from '@/tools/testing/app-server.ts';
import { ask as askServer } from '@/tools/testing/ask.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { fault, times } from './fault.test-helper.ts';
import { fill, type Procedure, parametersOf, procedures, routes } from './routes.test-helper.ts';

/** Requests to the built app from clients that must not get anything from it. The routes are read from its source. */

const TRAINER_ENTRY = scriptedTrainer;
/** Content of every file that must not be served. */
const secret = 'nobody may read this';

let folder: string;
let app: AppServer;
let id: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-access-'));
  writeFileSync(path.join(folder, 'secret.json'), JSON.stringify({ secret }));
  mkdirSync(path.join(folder, 'datasets'));
  app = await startAppIn(folder, { TRAINER_ENTRY, DATASETS_DIR: path.join(folder, 'datasets'), ALLOWED_HOSTS: '' });
  ({ id } = await app.trpc.runs.start.mutate({ name: 'completes' }));
  await vi.waitFor(async () => expect((await app.trpc.runs.get.query({ id })).status).toBe('completed'), 90_000);
  // Runs started from now on wait in the queue.
  await app.trpc.runs.start.mutate({ name: 'waits' });
}, 600_000);
afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (target: string, options?: Parameters<typeof askServer>[2]) => askServer(app.url, target, options);
const json = { 'content-type': 'application/json' };

/** The parameters of a valid request. */
const validParameters = (route: string): Record<string, string> => ({
  id,
  name: route.startsWith('/api/table') ? 'runs.csv' : 'trainer.log',
  trpc: 'runs.list',
});
const address = (route: string) => fill(route, validParameters(route));

/** A valid input for each procedure; a missing procedure fails the tests below. */
const inputs: Record<string, () => object | undefined> = {
  'compare.verdicts': () => ({ ids: [id] }),
  'dashboard.best': () => ({ ids: [id], filter: { search: 'x', tag: ['x'] } }),
  'dashboard.curves': () => ({ ids: [id], metric: 'val_accuracy' }),
  'dashboard.facets': () => undefined,
  'dashboard.points': () => ({ ids: [id], by: 'optimizer' }),
  'data.datasets': () => undefined,
  'data.get': () => ({ part: 'nothing' }),
  'data.preview': () => ({ dataset: 'sketch10', draw: 1 }),
  'data.status': () => undefined,
  'data.stop': () => ({ part: 'nothing' }),
  'logs.import': () => ({ name: 'x.json', text: '{', modifiedAt: 0 }),
  'logs.problems': () => undefined,
  'runs.cancel': () => ({ id }),
  'runs.delete': () => ({ id: 'none' }),
  'runs.evaluate': () => ({ id }),
  'runs.finish': () => ({ id, scope: 'training' }),
  'runs.follow': () => ({ runId: id, lastEventId: '0' }),
  'runs.get': () => ({ id }),
  'runs.list': () => ({ ids: [id], filter: { search: 'x' } }),
  'runs.log': () => ({ id }),
  'runs.reproduce': () => ({ of: id, config: { name: 'completes', json_output_path: 'a.json', dataset: 'sketch10' } }),
  'runs.resume': () => ({ id }),
  'runs.start': () => ({ name: 'completes', json_output_path: 'b.json', dataset: 'sketch10', key: 'at least eight' }),
  'runs.trainFurther': () => ({ id, epochs: 1 }),
  'runs.update': () => ({ id, notes: 'x', tags: ['x'] }),
  'system.diskUse': () => undefined,
  'system.engines': () => undefined,
  'system.probe': () => ({ dataset: 'sketch10' }),
  'system.speeds': () => undefined,
  'system.status': () => undefined,
};

/** Calls a procedure like a page does. */
function call({ name, type }: Procedure, input: unknown, headers: Record<string, string> = {}) {
  const text = input === undefined ? undefined : JSON.stringify(input);
  if (type === 'mutation') {
    const allHeaders = { origin: app.url, ...json, ...headers };
    return ask(`/api/trpc/${name}`, { method: 'POST', body: text, headers: allHeaders });
  }
  return ask(`/api/trpc/${name}${text === undefined ? '' : `?input=${encodeURIComponent(text)}`}`, { headers });
}

it('has an input for every procedure', () => {
  expect(procedures.map(({ name }) => name).sort()).toEqual(Object.keys(inputs).sort());
  expect(routes).toContain('/api/runs/[id]/files/[name]');
});

it('sends restrictive security headers with every response', async () => {
  const targets = [...routes.map(address), '/nowhere', '/favicon.ico', '/_next/static/x.js', '/api/trpc/none', '/%'];
  const answers = await Promise.all([
    ...targets.map((target) => ask(target)),
    ask('/', { headers: { host: 'evil.test' } }),
    ask('/api/trpc/runs.start', { method: 'POST', headers: { origin: 'null' } }),
    ask(`/api/trpc/runs.follow?input=${encodeURIComponent(JSON.stringify({ runId: id }))}`),
  ]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(/^default-src '(self|none)'.*frame-ancestors 'none'$/),
    });
    const policy = String(headers['content-security-policy']);
    expect(/script-src ([^;]*)/.exec(policy)?.[1] ?? '').not.toMatch(/unsafe|http|\*|data:/);
    expect(headers['x-powered-by']).toBeUndefined();
  }
});

it('gives each response its own nonce, which all of its scripts carry', async () => {
  const pages = routes.filter((route) => !route.startsWith('/api/')).map(address);
  const nonces = new Set<string>();
  // Requested twice, because each response needs another nonce. The client must not be able to choose it.
  for (const target of [...pages, ...pages, '/nowhere']) {
    const headers = { 'content-security-policy': "script-src 'nonce-mine'", 'x-nonce': 'mine' };
    const { headers: received, body } = await ask(target, { headers });
    const nonce = /'nonce-([^']+)'/.exec(String(received['content-security-policy']))![1]!;
    const scripts = body.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([]);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(2 * pages.length + 1);
});

describe('rejected requests', () => {
  fault('a foreign host name resolves to this server', 'a foreign Host, on every route and procedure', async () => {
    const { port } = new URL(app.url);
    const targets = [...routes.map(address), ...procedures.map(({ name }) => `/api/trpc/${name}`), '/nowhere'];
    for (const target of targets) {
      for (const host of ['evil.test', `127.0.0.1.evil.test:${port}`, '127.0.0.1@evil.test', '10.0.0.1']) {
        for (const method of ['GET', 'HEAD', 'POST']) {
          const headers = { host, origin: `http://${host}` };
          expect([target, host, (await ask(target, { method, headers })).status]).toEqual([target, host, 403]);
        }
      }
    }
    return `403 from each of ${targets.length}`;
  });

  fault('requests ask for another protocol', 'Upgrade headers, on every route and procedure', async () => {
    const { host, port, hostname } = new URL(app.url);
    const targets = [...routes.map(address), ...procedures.map(({ name }) => `/api/trpc/${name}`), '/_next/hmr'];
    for (const target of targets) {
      for (const protocol of ['websocket', 'h2c', 'x']) {
        const upgrade = { connection: 'Upgrade', upgrade: protocol, 'sec-websocket-version': '13' };
        expect([target, (await ask(target, { headers: { ...upgrade, host: 'evil.test' } })).status]).toEqual([
          target,
          403,
        ]);
        if (target.includes('follow')) continue;
        // Answered like any other request, and never with 101.
        const own = await ask(target, { headers: { ...upgrade, host } });
        const plain = await ask(target);
        expect([target, own.status]).toEqual([target, plain.status]);
      }
    }
    const post = { method: 'POST', body: '{}', headers: { ...json, connection: 'Upgrade', upgrade: 'websocket' } };
    expect((await ask('/api/trpc/runs.cancel', post)).status).toBe(403);
    // The connection is not held open either.
    const socket = connect(Number(port), hostname);
    socket.write(`GET /_next/hmr HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`);
    socket.resume();
    await once(socket, 'end', { signal: AbortSignal.timeout(20_000) });
    socket.destroy();
    return `answered like ordinary requests on each of ${targets.length}, and closed`;
  });

  fault(
    'another site’s page sends requests',
    'a foreign and a null Origin, Sec-Fetch-Site, on every route',
    async () => {
      const foreign = ['http://evil.test', 'null', `${app.url}.evil.test`, 'http://127.0.0.1:1'];
      const targets = [...routes.map(address), ...procedures.map(({ name }) => `/api/trpc/${name}`), '/nowhere'];
      for (const target of targets) {
        for (const origin of foreign) {
          for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
            expect([target, (await ask(target, { method, headers: { origin, ...json } })).status]).toEqual([
              target,
              403,
            ]);
          }
        }
        if (!target.startsWith('/api/')) continue;
        const readers = [...foreign.map((origin) => ({ origin })), { 'sec-fetch-site': 'cross-site' }] as const;
        for (const headers of readers) expect([target, (await ask(target, { headers })).status]).toEqual([target, 403]);
      }
      // The same requests from the app's own pages are accepted.
      for (const { name, type } of procedures) {
        if (type !== 'query') continue;
        const headers = { origin: app.url, 'sec-fetch-site': 'same-origin' };
        expect([name, (await call({ name, type }, inputs[name]!(), headers)).status]).toEqual([name, 200]);
      }
      return `403 from each of ${targets.length}, changes and reads; own pages are accepted`;
    },
  );
});

/** Texts that would lead outside if they were used as paths. */
const paths = [
  '../secret.json',
  '../../secret.json',
  '..\\secret.json',
  '....//secret.json',
  '..;/secret.json',
  '.',
  '..',
  '',
  '/etc/passwd',
  '//etc/passwd',
  'C:\\Windows\\win.ini',
  '\\\\server\\share',
  'file:///etc/passwd',
  '~/.ssh/id_rsa',
  'run.json\0',
  '\0',
  '../secret.json\0.csv',
  '%2e%2e%2fsecret.json',
  '..%c0%afsecret.json',
  '\u202e',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'transfer-lab.db',
  '../transfer-lab.db',
  'CON',
  'nul',
  'a'.repeat(5000),
];
/** The complete list; in the short form, evenly spaced samples. */
const some = <T>(list: T[]): T[] => list.filter((_, index) => index % times(1, 9) === 0);

/** The paths as they can appear in a URL: unencoded, encoded once and twice. */
const wellFormed = paths.filter((text) => !/\p{Surrogate}/u.test(text));
const urlPaths = [...new Set(wellFormed.flatMap(spellings))];
function spellings(text: string): string[] {
  const once = encodeURIComponent(text).replaceAll('.', '%2e');
  return [
    ...(/^[\x21-\x7e]+$/.test(text) ? [text] : []),
    encodeURIComponent(text),
    once,
    encodeURIComponent(once),
    once.toLowerCase(),
  ].filter(Boolean);
}

function expectNoSecret({ body, status }: { body: string; status: number }, request: string): void {
  expect([request, status < 500, /nobody may read this|SQLite format|root:.*:0:0/.test(body)]).toEqual([
    request,
    true,
    false,
  ]);
}

describe('paths', () => {
  fault('paths in addresses', 'a corpus of paths as every parameter of every route', async () => {
    let count = 0;
    for (const route of routes) {
      for (const parameter of parametersOf(route)) {
        for (const value of [...some(urlPaths), '%', '%ff', '%c0%ae%c0%ae%2fsecret.json']) {
          const target = fill(route, { ...validParameters(route), [parameter]: value });
          const answer = await ask(target);
          expectNoSecret(answer, target);
          // Some are redirected to their normalized form; nothing is served under them.
          expect([target, answer.headers['content-disposition']]).toEqual([target, undefined]);
          count++;
        }
      }
      for (const parameter of ['from', 'input', 'batch', 'ids', ...Object.keys(runsUrl)]) {
        for (const text of some(wellFormed)) {
          const target = `${address(route)}?${parameter}=${encodeURIComponent(text)}`;
          expectNoSecret(await ask(target), target);
          count++;
        }
      }
    }
    return `${count} addresses: rejected or not found; nothing outside was read`;
  });

  fault('paths in inputs', 'the corpus as every string of every procedure’s input', async () => {
    const before = filesOutside();
    let count = 0;
    for (const procedure of procedures) {
      const input = inputs[procedure.name]!();
      for (const text of some(paths)) {
        for (const changed of input ? replaceEachString(input, text) : [text]) {
          // A subscription to one completed run ends; a stream of all runs would not.
          if (procedure.type === 'subscription' && !('runId' in (changed as object))) continue;
          expectNoSecret(await call(procedure, changed), `${procedure.name} ${JSON.stringify(changed)}`);
          count++;
        }
      }
    }
    expect(filesOutside()).toEqual(before);
    expect(readFileSync(path.join(folder, 'secret.json'), 'utf8')).toContain(secret);
    return `${count} inputs: rejected or treated as plain text; nothing outside was read, written or removed`;
  });

  fault(
    'a run’s folder contains symbolic links',
    'to files outside and of other runs, under every served file name',
    async () => {
      const run = path.join(folder, 'results', id);
      const names = ['cifar10.h5', 'cifar10.onnx', 'tfjs.zip', 'predictions.bin', 'wall.png'];
      const another = path.join(folder, 'results', 'another', 'cifar10.h5');
      mkdirSync(path.dirname(another));
      writeFileSync(another, secret);
      for (const target of [path.join(folder, 'secret.json'), another]) {
        for (const name of names) symlinkSync(target, path.join(run, name));
        for (const name of names) {
          const answer = await ask(`/api/runs/${id}/files/${name}`);
          expect([name, answer.status]).toEqual([name, 404]);
        }
        const archive = await ask(`/api/runs/${id}/files/run.zip`);
        expect(archive.body).not.toMatch(/secret|cifar10/);
        for (const name of names) rmSync(path.join(run, name));
      }
      rmSync(path.dirname(another), { recursive: true });
      return 'neither served nor packed into run.zip';
    },
  );
});

/** All files in the folder except the app's own. */
const filesOutside = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/^(results|cache)\b/.test(file))
    .sort();

/** Copies of an input, each with one of its strings replaced. */
function replaceEachString(value: unknown, text: string): unknown[] {
  if (typeof value === 'string') return [text];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    replaceEachString(inner, text).map((changed) =>
      Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed },
    ),
  );
}
