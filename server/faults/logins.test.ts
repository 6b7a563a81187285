import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { type AppServer, startAppIn } from '@/tools/testing/app-server.ts';
import { ask } from '@/tools/testing/ask.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { fault } from './fault.test-helper.ts';

/** Logins of the built app that must end, and guesses of the token. */

const AUTH_TOKEN = 'a secret of some length';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

let folder: string;
let app: AppServer | null;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-logins-'));
  app = null;
});
afterEach(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the app again if it runs. */
async function start(token = AUTH_TOKEN): Promise<string> {
  await app?.stop();
  app = await startAppIn(folder, { TRAINER_ENTRY: scriptedTrainer, ...(token && { AUTH_TOKEN: token }) });
  return app.url;
}

const post = (url: string, target: string, body: string, headers: Record<string, string> = {}) =>
  ask(url, target, { method: 'POST', body, headers: { origin: url, ...form, ...headers } });
const logIn = (url: string, token = AUTH_TOKEN) => post(url, '/login', `token=${encodeURIComponent(token)}`);
const cookieFrom = async (url: string): Promise<string> =>
  String((await logIn(url)).headers['set-cookie']).split(';')[0]!;
const pageStatus = async (url: string, cookie: string) => (await ask(url, '/', { headers: { cookie } })).status;

describe('logins', () => {
  fault(
    'a login must end',
    'restarts, another token, sign-out, sign-out everywhere, an open event stream',
    async () => {
      let url = await start();
      const [first, second] = [await cookieFrom(url), await cookieFrom(url)];
      const { body } = await ask(url, '/', { headers: { cookie: first } });
      expect(/<a href="\/logout"[^>]* aria-label="Sign out"/.test(body)).toBe(true);
      url = await start();
      expect([await pageStatus(url, first), await pageStatus(url, second)]).toEqual([200, 200]);

      const stream = request(`${url}/api/trpc/runs.follow?input=${encodeURIComponent('{"lastEventId":"0"}')}`, {
        headers: { cookie: first },
      }).end();
      const [response] = await once(stream, 'response');
      expect(response.statusCode).toBe(200);
      response.on('error', () => {}).resume();
      const ended = new Promise((resolve) => response.once('close', resolve));
      expect((await post(url, '/logout', '', { cookie: first })).status).toBe(303);
      await ended;
      url = await start();
      expect([await pageStatus(url, first), await pageStatus(url, second)]).toEqual([401, 200]);

      await post(url, '/logout', 'everywhere=yes', { cookie: second });
      url = await start();
      expect(await pageStatus(url, second)).toBe(401);

      const third = await cookieFrom(url);
      url = await start('another secret of some length');
      expect(await pageStatus(url, third)).toBe(401);
      url = await start('');
      expect((await ask(url, '/')).body.includes('/logout')).toBe(false);
      return 'restarts keep it; sign-out and another token end it, with its streams';
    },
  );

  fault('the token is guessed', '100 forms at once, and as a bearer token', async () => {
    const url = await start();
    const cookie = await cookieFrom(url);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => logIn(url, `guess ${index}`)));
    const tried = answers.filter(({ status }) => status === 401).length;
    expect([tried, answers.filter(({ status }) => status === 429).length]).toEqual([5, 95]);
    const bearer = (token: string) =>
      ask(url, '/api/trpc/runs.list', { headers: { authorization: `Bearer ${token}` } });
    for (let index = 0; index < 100; index++) expect((await bearer(`guess ${index}`)).status).toBeOneOf([401, 429]);
    expect((await bearer(AUTH_TOKEN)).status).toBe(200);
    expect(await pageStatus(url, cookie)).toBe(200);
    expect(app!.output()).toMatch(/^Login from 127\.0\.0\.1 failed \(1 in a row\)\.$/m);
    expect(app!.output()).not.toContain('guess');
    // A program that changes something sends no Origin.
    const headers = { authorization: `Bearer ${AUTH_TOKEN}`, 'content-type': 'application/json' };
    const started = await ask(url, '/api/trpc/runs.start', { method: 'POST', body: '{"name":"completes"}', headers });
    expect(started.status).toBe(200);
    return `${tried} of 100 were tried; the log names the address; logins and the valid token still work`;
  });
});
