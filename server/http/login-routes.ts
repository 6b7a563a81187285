import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer } from './answer.ts';
import { type Credentials, expiredCookie, type Logins } from './login.ts';
import { LoginThrottle } from './login-throttle.ts';
import { loginPage, logoutPage, unsavedLogoutPage } from './plain-page.ts';

/** Largest accepted body of a form, in bytes. */
const maxFormBytes = 4096;

/** Admits requests with a login or the token; answers `/login` and `/logout`. They work without the app. */
export class LoginRoutes {
  private readonly forms = new LoginThrottle('Login');
  /**
   * Counted separately, so that a program with an old token does not delay the login of a user at the same address. A valid
   * token is accepted at any time: the length of the token protects against guesses that are sent this way.
   */
  private readonly bearers = new LoginThrottle('A request with a wrong access token');

  constructor(private readonly logins: Logins) {}

  /** @returns whether to continue with the request; if false, it has been answered */
  async pass(request: IncomingMessage, response: ServerResponse, credentials: Credentials): Promise<boolean> {
    const { method = 'GET', url = '/' } = request;
    const isForm = method === 'POST' && Number(request.headers['content-length'] ?? 0) <= maxFormBytes;
    if (isForm && url === '/login') return this.logIn(request, response);
    if (credentials.kind === 'login' || credentials.kind === 'token') {
      if (url === '/logout' && method === 'GET') return answer(response, 200, logoutPage(), 'page');
      const id = credentials.kind === 'login' ? credentials.id : null;
      if (url === '/logout' && isForm) return this.logOut(request, response, id);
      if (id !== null) this.logins.track(id, response);
      return true;
    }
    if (credentials.kind === 'wrong-token') return this.refuseToken(request, response);
    if (url === '/logout' && isForm) return answer(response, 303, '', 'text', { Location: '/' });
    if (url.startsWith('/api/'))
      return answer(response, 401, 'Sign in first, or send Authorization: Bearer AUTH_TOKEN.\n');
    return answer(response, 401, loginPage(), 'page');
  }

  private refuseToken(request: IncomingMessage, response: ServerResponse): false {
    const { remoteAddress } = request.socket;
    const wait = this.bearers.waitOf(remoteAddress);
    if (wait > 0)
      return answer(response, 429, `Wrong access token. Try again in ${wait} s.\n`, 'text', {
        'Retry-After': String(wait),
      });
    this.bearers.recordFailure(remoteAddress);
    return answer(response, 401, 'Wrong access token. Send the value of AUTH_TOKEN.\n');
  }

  private async logIn(request: IncomingMessage, response: ServerResponse): Promise<false> {
    const form = await readForm(request);
    if (form === null) return false;
    const { remoteAddress } = request.socket;
    // Checked once the form is complete: forms sent simultaneously must not all be tried.
    const wait = this.forms.waitOf(remoteAddress);
    if (wait > 0) {
      const problem = `Too many failed attempts. Try again in ${wait} s.`;
      return answer(response, 429, loginPage(problem), 'page', { 'Retry-After': String(wait) });
    }
    if (!this.logins.isToken(form.get('token') ?? '')) {
      this.forms.recordFailure(remoteAddress);
      return answer(response, 401, loginPage('Wrong token.'), 'page');
    }
    this.forms.recordSuccess(remoteAddress);
    return answer(response, 303, '', 'text', { Location: '/', 'Set-Cookie': this.logins.create() });
  }

  /** @param id the login of the browser; null for a program, which has nothing to sign out but all of them */
  private async logOut(request: IncomingMessage, response: ServerResponse, id: string | null): Promise<false> {
    const form = await readForm(request);
    if (form === null) return false;
    const isEverywhere = form.has('everywhere');
    const isSaved = isEverywhere ? this.logins.signOutEverywhere() : id === null || this.logins.signOut(id);
    const cookie = { 'Set-Cookie': expiredCookie };
    if (!isSaved) return answer(response, 200, unsavedLogoutPage(), 'page', cookie);
    return answer(response, 303, '', 'text', { Location: '/', ...cookie });
  }
}

/** @returns null if the client disconnected before the body was complete */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  let body = '';
  try {
    for await (const part of request.setEncoding('utf8')) body += part;
  } catch {
    return null;
  }
  return new URLSearchParams(body);
}
