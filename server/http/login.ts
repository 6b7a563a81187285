import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who knows AUTH_TOKEN: a browser by a cookie that the login page sets, a script by `Authorization: Bearer …`. */

const cookieName = 'transfer-lab';

/** What the cookie holds: nobody learns the token from it. */
const sealOf = (token: string): string => createHmac('sha256', token).update(cookieName).digest('base64url');

/** The cookie goes nowhere but here, no script reads it, and no other site's page makes the browser send it. */
export const loginCookie = (token: string): string =>
  `${cookieName}=${sealOf(token)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${30 * 24 * 3600}`;

export function isLoggedIn(headers: Headers, token: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer !== undefined) return isSame(bearer, token);
  const cookies = (headers.get('cookie') ?? '').split(/;\s*/);
  const seal = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  return seal !== undefined && isSame(seal, sealOf(token));
}

/** Takes as long whether the first character differs or the last: time tells nothing. */
export function isSame(given: string, known: string): boolean {
  const digest = (text: string) => createHmac('sha256', cookieName).update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
