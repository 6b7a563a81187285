import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Logins } from './login.ts';

const token = 'a secret of some length';
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'login-'));
  file = path.join(folder, 'lab.db.logins');
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const open = (secret = token) => new Logins(secret, file);
const pairOf = (cookie: string): string => cookie.split(';')[0]!;
const kind = (logins: Logins, headers: Record<string, string>) => logins.identify(new Headers(headers)).kind;
const idOf = (logins: Logins, cookie: string): string => {
  const found = logins.identify(new Headers({ cookie }));
  return found.kind === 'login' ? found.id : '';
};

it('sets a cookie that is sent only to this server and does not reveal the token', () => {
  const cookie = open().create();
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
  expect(cookie).not.toContain(token);
  expect(readFileSync(file, 'utf8')).not.toContain(token);
  expect(statSync(file).mode & 0o077).toBe(0);
});

it('accepts the cookie or the token itself', () => {
  const logins = open();
  const pair = pairOf(logins.create());
  expect(kind(logins, { cookie: pair })).toBe('login');
  expect(kind(logins, { cookie: `theme=dark; ${pair}; x=1` })).toBe('login');
  expect(kind(logins, { authorization: `Bearer ${token}` })).toBe('token');
});

it('rejects everything else', () => {
  const logins = open();
  const pair = pairOf(logins.create());
  const [id, expires, signature] = pair.split('=')[1]!.split('.');
  const wrong = [
    `${pair}x`,
    `transfer-lab=${token}`,
    'transfer-lab=',
    'transfer-lab=..',
    `transfer-lab=${id}.${Number(expires) + 1}.${signature}`,
    `transfer-lab=x.${expires}.${signature}`,
    pairOf(new Logins('another secret of length', `${file}2`).create()),
  ];
  expect(kind(logins, {})).toBe('none');
  for (const cookie of wrong) expect([cookie, kind(logins, { cookie })]).toEqual([cookie, 'none']);
  expect(kind(logins, { authorization: 'Bearer ' })).toBe('none');
  expect(kind(logins, { authorization: `Bearer ${token} `.repeat(2) })).toBe('wrong-token');
  expect(kind(logins, { authorization: 'Bearer x', cookie: pair })).toBe('wrong-token');
});

it('ends a login after 30 days, whatever the browser does', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const logins = open();
  const cookie = pairOf(logins.create());
  vi.setSystemTime(Date.now() + 30 * 24 * 3600_000 - 2000);
  expect(kind(logins, { cookie })).toBe('login');
  vi.setSystemTime(Date.now() + 4000);
  expect(kind(logins, { cookie })).toBe('none');
});

it('keeps logins over a restart, but not over a change of the token', () => {
  const cookie = pairOf(open().create());
  expect(kind(open(), { cookie })).toBe('login');
  expect(kind(open('another secret of length'), { cookie })).toBe('none');
});

it('signs out one login or all of them, over restarts, too', () => {
  const logins = open();
  const cookies = [logins.create(), logins.create(), logins.create()].map(pairOf);
  logins.signOut(idOf(logins, cookies[0]!));
  for (const each of [logins, open()]) {
    expect(cookies.map((cookie) => kind(each, { cookie }))).toEqual(['none', 'login', 'login']);
  }
  logins.signOutEverywhere();
  for (const each of [logins, open()]) {
    expect(cookies.map((cookie) => kind(each, { cookie }))).toEqual(['none', 'none', 'none']);
  }
  expect(kind(logins, { cookie: pairOf(logins.create()) })).toBe('login');
});

it('ends all logins rather than remember more than 1,000 signed-out ones', () => {
  const logins = open();
  const cookie = pairOf(logins.create());
  for (let index = 0; index < 1000; index++) logins.signOut(`id ${index}`);
  expect(kind(logins, { cookie })).toBe('login');
  logins.signOut('one more');
  expect(kind(logins, { cookie })).toBe('none');
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).signedOut)).toHaveLength(0);
});

it('works for this process if the file is unusable, and says so', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  writeFileSync(file, '{"secret":1');
  const logins = open();
  rmSync(file);
  mkdirSync(`${file}.new`);
  const cookie = pairOf(logins.create());
  expect(kind(logins, { cookie })).toBe('login');
  expect(logins.signOut(idOf(logins, cookie))).toBe(false);
  expect(kind(logins, { cookie })).toBe('none');
  expect(log.mock.calls[0]![0]).toContain('Cannot save logins');
});
