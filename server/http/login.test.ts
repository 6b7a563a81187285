import { expect, it } from 'vitest';
import { isLoggedIn, loginCookie } from './login.ts';

const token = 'a secret of some length';
const cookie = loginCookie(token);
const [pair] = cookie.split(';') as [string];
const isAccepted = (headers: Record<string, string>) => isLoggedIn(new Headers(headers), token);

it('sets a cookie that is sent only to this server and does not reveal the token', () => {
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain(token);
});

it('accepts the cookie or the token itself', () => {
  expect(isAccepted({ cookie: pair })).toBe(true);
  expect(isAccepted({ cookie: `theme=dark; ${pair}; x=1` })).toBe(true);
  expect(isAccepted({ authorization: `Bearer ${token}` })).toBe(true);
});

it('rejects everything else', () => {
  expect(isAccepted({})).toBe(false);
  expect(isAccepted({ cookie: `${pair}x` })).toBe(false);
  expect(isAccepted({ cookie: `transfer-lab=${token}` })).toBe(false);
  expect(isAccepted({ cookie: loginCookie('another secret of length').split(';')[0]! })).toBe(false);
  expect(isAccepted({ authorization: 'Bearer ' })).toBe(false);
  expect(isAccepted({ authorization: `Bearer ${token} `.repeat(2) })).toBe(false);
});
