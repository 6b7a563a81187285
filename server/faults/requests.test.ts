import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { type Answer, ask as askServer } from '@/tools/testing/ask.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { fault, random, times } from './fault.test-helper.ts';

/** Oversized or malicious requests are rejected with a reason, and the server stays available. */

const TRAINER_ENTRY = scriptedTrainer;
/** Additional memory that these requests may cost the server, in bytes. */
const maxMemory = 2 ** 30;

let app: AppServer;
let initialMemory: number | null;
beforeAll(async () => {
  app = await startApp({ TRAINER_ENTRY });
  await app.trpc.runs.list.query();
  initialMemory = peakMemory();
}, 600_000);
afterAll(() => app?.stop());

/** Peak memory of the server in bytes; null if the system does not report it. */
function peakMemory(): number | null {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${app.process.pid}/status`, 'utf8'))![1]) * 1024;
  } catch {
    return null;
  }
}

afterEach(async () => {
  if (initialMemory !== null) expect(peakMemory()! - initialMemory).toBeLessThan(maxMemory);
  const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
  await vi.waitFor(async () => expect((await app.trpc.runs.get.query({ id })).status).toBe('completed'), 90_000);
});

const post = (target: string, body: string) => {
  const headers = { 'content-type': 'application/json', origin: app.url };
  return askServer(app.url, target, { method: 'POST', headers, body });
};
const start = (body: string) => post('/api/trpc/runs.start', body);

describe('oversized and malicious requests', () => {
  fault('a batch of 10,000', 'in one URL, by GET and POST, with long and with empty names', async () => {
    const names = (name: string) => `/api/trpc/${Array(10_000).fill(name).join(',')}?batch=1`;
    const none = names('');
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index, {}])));
    for (const answer of [await askServer(app.url, none), await post(none, body)]) {
      expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('Batch call exceeds maximum size')]);
    }
    // Exceeds the URL length limit, so the connection may be closed before all of it is sent.
    const statusOf = (answer: Promise<Answer>) =>
      answer.then(
        ({ status }) => status,
        ({ code }) => code,
      );
    for (const answer of [askServer(app.url, names('runs.list')), post(names('runs.start'), body)]) {
      expect(await statusOf(answer)).toBeOneOf([431, 'ECONNRESET', 'EPIPE']);
    }
    return 'rejected with 400, or 431 if the URL is too long';
  });

  fault('a body of 1 GB', 'sent as fast as the server accepts it', async () => {
    const { sent, answer } = await sendUntilAnswered(2 ** 30, 'content-length: 1073741824');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('may have at most');
    expect(sent).toBeLessThan(2 ** 30);
    const chunked = await sendUntilAnswered(2 ** 30, 'transfer-encoding: chunked');
    expect(chunked.answer).toMatch(/^HTTP\/1\.1 411 /);
    return `rejected with 413 by its length, 411 without one; ${Math.round(sent / 1e6)} MB of it were sent`;
  });

  fault('a text of 10 MB', 'as a name, as notes, as an id; several at once', async () => {
    const long = 'x'.repeat(1e7);
    const bodies = [{ name: long }, { notes: long }, { tags: [long] }, { [long]: 1 }, { json_output_path: long }];
    const answers = await Promise.all(bodies.map((body) => start(JSON.stringify(body))));
    for (const { status, body } of answers.slice(0, 3)) {
      expect([status, body]).toEqual([400, expect.stringMatching(/must be at most [\d,]+ characters/)]);
    }
    for (const { status } of answers) expect(status).toBe(400);
    expect((await post('/api/trpc/runs.cancel', JSON.stringify({ id: long }))).status).toBe(400);
    return 'rejected with 400 and a message for the field';
  });

  fault('deeply nested JSON', 'a million levels of lists, 200,000 of objects', async () => {
    const lists = `${'['.repeat(1e6)}${']'.repeat(1e6)}`;
    const objects = `${'{"a":'.repeat(2e5)}1${'}'.repeat(2e5)}`;
    for (const deep of [lists, objects]) {
      for (const body of [deep, `{"name":${deep}}`, `{"deep":${deep}}`, `{"0":${deep}}`]) {
        for (const target of ['runs.start', 'runs.start?batch=1']) {
          const { status } = await post(`/api/trpc/${target}`, body);
          expect([target, body.slice(0, 20), status >= 400 && status < 500]).toEqual([target, body.slice(0, 20), true]);
        }
      }
      const log = await post('/api/trpc/logs.import', JSON.stringify({ name: 'x.json', text: deep, modifiedAt: 0 }));
      expect(log.body).toContain('levels deep, which is not allowed');
    }
    return 'rejected with 4xx; a nested log with a reason';
  });

  fault('keys of Object.prototype', '__proto__, constructor and others, in each input', async () => {
    const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'then'];
    for (const key of keys) {
      for (const value of ['{"isPolluted":true}', '"x"', 'null', '{"prototype":{"isPolluted":true}}']) {
        const { status, body } = await start(`{"${key}":${value}}`);
        expect([key, status, Object.entries(JSON.parse(body).error.data.fields)]).toEqual([
          key,
          400,
          [[key, ['is not a known field']]],
        ]);
        for (const inner of [
          `{"filter":{"${key}":${value}}}`,
          `{"sort":{"column":"${key}","descending":true}}`,
          `{"${key}":${value}}`,
        ]) {
          const list = await askServer(app.url, `/api/trpc/runs.list?input=${encodeURIComponent(inner)}`);
          expect([inner, list.status < 500, hasKey(JSON.parse(list.body), 'isPolluted')]).toEqual([inner, true, false]);
        }
        const log = { name: `${key}.json`, text: `{"config":{"${key}":${value}},"metrics":{}}`, modifiedAt: 0 };
        expect((await post('/api/trpc/logs.import', JSON.stringify(log))).status).toBe(200);
      }
      expect((await askServer(app.url, `/api/trpc/${key}`)).status).toBe(404);
      expect((await askServer(app.url, `/api/trpc/runs.${key}`)).status).toBe(404);
    }
    const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
    const { config } = await app.trpc.runs.get.query({ id });
    expect(Object.keys(config).sort()).toEqual(Object.keys(trainConfigSchema.parse({})).sort());
    return 'rejected by name or ignored; no prototype was polluted';
  });

  fault('data that is not an HTTP request', 'random bytes, and a request that stops halfway', async () => {
    for (let round = 0; round < times(50, 5); round++) {
      const noise = Buffer.from(Array.from({ length: 200 }, () => random.integer(256)));
      expect(await sendRaw(Buffer.concat([Buffer.from('GET /'), noise, Buffer.from('\r\n\r\n')]))).toMatch(
        /^(HTTP\/1\.1 4\d\d |$)/,
      );
    }
    await sendRaw(Buffer.from('POST /api/trpc/runs.start HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{'));
    return 'closed with 4xx';
  });
});

/** Sends bytes and ends the connection's sending side. @returns the response */
const sendRaw = (bytes: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(app.url);
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.setEncoding('latin1').on('data', (part) => {
      answer += part;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });

/** Starts a POST with this header and sends a body until the server answers. */
const sendUntilAnswered = (maxBytes: number, header: string): Promise<{ sent: number; answer: string }> =>
  new Promise((resolve) => {
    const { hostname, port, host } = new URL(app.url);
    let answer = '';
    let sent = 0;
    const part = Buffer.alloc(2 ** 16, 'x');
    const chunk = header.includes('chunked')
      ? Buffer.concat([Buffer.from('10000\r\n'), part, Buffer.from('\r\n')])
      : part;
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST /api/trpc/runs.start HTTP/1.1\r\nhost: ${host}\r\norigin: ${app.url}\r\n${header}\r\n\r\n`);
      send();
    });
    const send = () => {
      while (sent < maxBytes && !socket.destroyed && socket.writable) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', send);
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
      if (answer.endsWith('\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve({ sent, answer }));
  });

/** Whether an object anywhere in a value has this key; texts may contain anything. Imported logs keep unknown settings as text. */
function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return key in value || Object.values(value).some((inner) => hasKey(inner, key));
}
