import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Env } from '@/server/env.ts';
import { isLoopbackName, rejectionReason } from './access-rules.ts';
import { answer } from './answer.ts';
import { Logins } from './login.ts';
import { LoginRoutes } from './login-routes.ts';

/** Largest accepted request body, in bytes; imported logs are the largest. */
const maxBodyBytes = 16 * 2 ** 20;

/** Icons in `public`, served without a login: the login page shows one, too. */
const publicFiles: ReadonlySet<string> = new Set(['/favicon.ico', '/icon.svg', '/apple-touch-icon.png', '/og.png']);

type GateEnv = Pick<Env, 'allowedHosts' | 'host' | 'authToken' | 'databasePath'>;
type Gate = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * Creates the check that every request passes before it is routed: it rejects foreign clients, handles logins and limits
 * body sizes.
 * @returns a function that resolves to whether to continue with the request; if false, it has been answered
 */
export function createGate({ allowedHosts, host, authToken, databasePath }: GateEnv): Gate {
  const isOnNetwork = !isLoopbackName(host);
  const logins = authToken === null ? null : new Logins(authToken, `${databasePath}.logins`);
  const loginRoutes = logins && new LoginRoutes(logins);
  return async (request, response) => {
    const headers = headersOf(request);
    const { method = 'GET', url = '/' } = request;
    const reject = (status: number, body: string) => {
      closeAfterGracePeriod(request);
      return answer(response, status, body);
    };
    const credentials = logins?.identify(headers) ?? { kind: 'none' };
    const hasToken = credentials.kind === 'token';
    const reason = rejectionReason({ method, url, headers }, { allowedHosts, isOnNetwork, hasToken });
    if (reason) return reject(403, `${reason}\n`);
    if (!isNormalized(url)) return reject(400, 'The URL path is malformed or not normalized.\n');
    const bytes = Number(request.headers['content-length'] ?? 0);
    if (request.headers['transfer-encoding'])
      return reject(411, 'Send a Content-Length header; chunked bodies are not accepted.\n');
    if (bytes > maxBodyBytes) return reject(413, `The request body may have at most ${maxBodyBytes} bytes.\n`);
    if (loginRoutes === null || (method === 'GET' && publicFiles.has(url))) return true;
    const isAllowed = await loginRoutes.pass(request, response, credentials);
    if (!isAllowed) closeAfterGracePeriod(request);
    return isAllowed;
  };
}

const headersOf = (request: IncomingMessage): Headers =>
  new Headers(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
    ),
  );

/**
 * Next would answer 500 to an invalid percent-encoding, and would route `/x/../api` as `/api` after the checks here saw
 * another path. Browsers normalize URLs before they send them.
 */
function isNormalized(url: string): boolean {
  const path = url.split('?', 1)[0]!;
  try {
    decodeURIComponent(path);
    return new URL(`http://localhost${path}`).pathname === path;
  } catch {
    return false;
  }
}

/** How long a rejected client may continue to send, in milliseconds. */
const gracePeriod = 5000;

/**
 * Discards the rest of a rejected body for a while: closing the connection at once, with data still arriving, would
 * lose the answer.
 */
function closeAfterGracePeriod(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), gracePeriod).unref();
  request.once('close', () => clearTimeout(timer));
}
