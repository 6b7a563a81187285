import { expect, it } from 'vitest';
import { isLoggedIn, loginCookie } from './login.ts';

const token = 'a secret of some length';
const cookie = loginCookie(token);
const [seal] = cookie.split(';') as [string];
const isIn = (headers: Record<string, string>) => isLoggedIn(new Headers(headers), token);

it('sets a cookie that goes nowhere but here and says nothing of the token', () => {
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain(token);
});

it('lets in who has the cookie, or the token itself', () => {
  expect(isIn({ cookie: seal })).toBe(true);
  expect(isIn({ cookie: `theme=dark; ${seal}; x=1` })).toBe(true);
  expect(isIn({ authorization: `Bearer ${token}` })).toBe(true);
});

it('lets nobody else in', () => {
  expect(isIn({})).toBe(false);
  expect(isIn({ cookie: `${seal}x` })).toBe(false);
  expect(isIn({ cookie: `transfer-lab=${token}` })).toBe(false);
  expect(isIn({ cookie: loginCookie('another secret of length').split(';')[0]! })).toBe(false);
  expect(isIn({ authorization: 'Bearer ' })).toBe(false);
  expect(isIn({ authorization: `Bearer ${token} `.repeat(2) })).toBe(false);
});
