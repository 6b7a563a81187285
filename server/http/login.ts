import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';

/** Login with AUTH_TOKEN: browsers by a cookie that the login page sets, programs by `Authorization: Bearer …`. */

const cookieName = 'transfer-lab';
/** Lifetime of a login, in seconds. */
const lifetime = 30 * 24 * 3600;
/** Logins that were signed out and have not expired. If there are more, all logins end. */
const maxSignedOut = 1000;

const attributes = 'Path=/; HttpOnly; SameSite=Strict';

/** Removes the cookie from the browser. */
export const expiredCookie = `${cookieName}=; ${attributes}; Max-Age=0`;

/** Content of the file: the secret that signs cookies, and the expiry (Unix s) of each login that was signed out. */
const storedSchema = z.object({ secret: z.string().min(32), signedOut: z.record(z.string(), z.number()) });
type Stored = z.infer<typeof storedSchema>;

export type Credentials =
  | { kind: 'none' }
  | { kind: 'wrong-token' }
  | { kind: 'token' }
  /** A browser that has logged in. */
  | { kind: 'login'; id: string };

/**
 * The logins of browsers. A cookie is signed with the token and a secret in a file, so logins survive a restart, and end
 * if the token or the secret changes.
 */
export class Logins {
  private stored: Stored;
  /** Responses in progress by login, which end when it is signed out: event streams would otherwise continue. */
  private readonly open = new Map<string, Set<ServerResponse>>();

  /** @param file is created at the first login; without it, logins end with the process */
  constructor(
    private readonly token: string,
    private readonly file: string,
  ) {
    this.stored = readStored(file) ?? newStored();
  }

  /** @returns the value of a Set-Cookie header. The cookie is hidden from scripts and sent to this server's pages only. */
  create(): string {
    this.save();
    const claim = `${randomBytes(16).toString('base64url')}.${unixSeconds() + lifetime}`;
    return `${cookieName}=${claim}.${this.sign(claim)}; ${attributes}; Max-Age=${lifetime}`;
  }

  identify(headers: Headers): Credentials {
    const bearer = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
    if (bearer !== undefined) return this.isToken(bearer) ? { kind: 'token' } : { kind: 'wrong-token' };
    const cookies = (headers.get('cookie') ?? '').split(/;\s*/);
    const value = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
    const [id = '', expires = '', signature = ''] = value?.split('.') ?? [];
    const isValid =
      isSame(signature, this.sign(`${id}.${expires}`)) &&
      Number(expires) > unixSeconds() &&
      !Object.hasOwn(this.stored.signedOut, id);
    return isValid ? { kind: 'login', id } : { kind: 'none' };
  }

  isToken = (text: string): boolean => isSame(text, this.token);

  /** Ends the response if the login is signed out before it is complete. */
  track(id: string, response: ServerResponse): void {
    const responses = this.open.get(id) ?? new Set();
    this.open.set(id, responses.add(response));
    response.once('close', () => {
      responses.delete(response);
      if (responses.size === 0 && this.open.get(id) === responses) this.open.delete(id);
    });
  }

  /** @returns whether this was saved; if not, the login is valid again after a restart */
  signOut(id: string): boolean {
    const now = unixSeconds();
    const current = Object.entries(this.stored.signedOut).filter(([, expires]) => expires > now);
    if (current.length >= maxSignedOut) return this.signOutEverywhere();
    this.stored = { ...this.stored, signedOut: { ...Object.fromEntries(current), [id]: now + lifetime } };
    this.endResponses(id);
    return this.save();
  }

  /** @returns whether this was saved; if not, earlier logins are valid again after a restart */
  signOutEverywhere(): boolean {
    this.stored = newStored();
    for (const id of [...this.open.keys()]) this.endResponses(id);
    return this.save();
  }

  private endResponses(id: string): void {
    for (const response of [...(this.open.get(id) ?? [])]) response.destroy();
  }

  private sign(claim: string): string {
    const key = createHmac('sha256', this.token).update(this.stored.secret).digest();
    return createHmac('sha256', key).update(`${cookieName} ${claim}`).digest('base64url');
  }

  private save(): boolean {
    const copy = `${this.file}.new`;
    try {
      writeFileSync(copy, JSON.stringify(this.stored), { mode: 0o600 });
      renameSync(copy, this.file);
      return true;
    } catch (error) {
      console.error(
        `Cannot save logins, so a restart of the server ends or restores some: ${(error as Error).message}`,
      );
      return false;
    }
  }
}

const unixSeconds = (): number => Math.floor(Date.now() / 1000);

const newStored = (): Stored => ({ secret: randomBytes(32).toString('base64url'), signedOut: {} });

/** @returns null if the file is missing or unusable: everyone then has to log in again */
function readStored(file: string): Stored | null {
  try {
    return storedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Compares in constant time, so that response times reveal nothing about the secret. */
function isSame(given: string, known: string): boolean {
  const digest = (text: string) => createHmac('sha256', cookieName).update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
