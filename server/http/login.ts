import { createHmac, timingSafeEqual } from 'node:crypto';

/** Login with AUTH_TOKEN: browsers by a cookie that the login page sets, scripts by `Authorization: Bearer …`. */

const cookieName = 'transfer-lab';

/** The value of the cookie, from which the token cannot be recovered. */
const cookieValue = (token: string): string => createHmac('sha256', token).update(cookieName).digest('base64url');

/** The cookie is sent only to this server, is hidden from scripts and is not sent with requests from other sites. */
export const loginCookie = (token: string): string =>
  `${cookieName}=${cookieValue(token)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${30 * 24 * 3600}`;

export function isLoggedIn(headers: Headers, token: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer !== undefined) return isSame(bearer, token);
  const cookies = (headers.get('cookie') ?? '').split(/;\s*/);
  const value = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  return value !== undefined && isSame(value, cookieValue(token));
}

/** Compares in constant time, so that response times reveal nothing about the secret. */
export function isSame(given: string, known: string): boolean {
  const digest = (text: string) => createHmac('sha256', cookieName).update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
