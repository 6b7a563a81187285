import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Env } from '@/server/env.ts';
import { isLoopbackName, rejectionReason } from './access-rules.ts';
import { isLoggedIn, isSame, loginCookie } from './login.ts';
import { loginPage } from './plain-page.ts';
import { plainPagePolicy } from './security-headers.ts';

/** Largest accepted request body, in bytes; imported logs are the largest. */
const maxBodyBytes = 16 * 2 ** 20;
const maxLoginBytes = 4096;

/** Icons in `public`, served without a login: the login page shows one, too. */
const publicFiles: ReadonlySet<string> = new Set(['/favicon.ico', '/icon.svg', '/apple-touch-icon.png', '/og.png']);

type GateEnv = Pick<Env, 'allowedHosts' | 'host' | 'authToken'>;

/**
 * Checks every request before it is routed: rejects foreign clients, handles the login and limits body sizes.
 * @returns whether to continue with the request; if false, it has been answered
 */
export async function passGate(request: IncomingMessage, response: ServerResponse, env: GateEnv) {
  const headers = new Headers(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
    ),
  );
  const { method = 'GET', url = '/' } = request;
  const reason = rejectionReason(
    { method, url, headers },
    { allowedHosts: env.allowedHosts, isOnNetwork: !isLoopbackName(env.host) },
  );
  const reject = (status: number, body: string, type?: string) => {
    closeAfterGracePeriod(request);
    return answer(response, status, body, type);
  };
  if (reason) return reject(403, `${reason}\n`);
  if (!isNormalized(url)) return reject(400, 'The URL path is malformed or not normalized.\n');
  const bytes = Number(request.headers['content-length'] ?? 0);
  if (request.headers['transfer-encoding'])
    return reject(411, 'Send a Content-Length header; chunked bodies are not accepted.\n');
  if (bytes > maxBodyBytes) return reject(413, `The request body may have at most ${maxBodyBytes} bytes.\n`);
  if (env.authToken === null || isLoggedIn(headers, env.authToken)) return true;
  if (method === 'GET' && publicFiles.has(url)) return true;
  if (method === 'POST' && url === '/login' && bytes <= maxLoginBytes) return logIn(request, response, env.authToken);
  if (url.startsWith('/api/')) return reject(401, 'Log in first, or send Authorization: Bearer AUTH_TOKEN.\n');
  return reject(401, loginPage(false), 'text/html; charset=utf-8');
}

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

async function logIn(request: IncomingMessage, response: ServerResponse, token: string): Promise<false> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  if (!isSame(new URLSearchParams(body).get('token') ?? '', token)) {
    return answer(response, 401, loginPage(true), 'text/html; charset=utf-8');
  }
  response.setHeader('Set-Cookie', loginCookie(token));
  response.setHeader('Location', '/');
  return answer(response, 303, '');
}

const answerHeaders = { 'Cache-Control': 'no-store', 'Content-Security-Policy': plainPagePolicy };

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): false {
  response.writeHead(status, { ...answerHeaders, 'Content-Type': type }).end(body);
  return false;
}

/** How long a rejected client may continue to send, in milliseconds. */
const gracePeriod = 5000;

/**
 * Discards the rest of a rejected body for a while: closing the connection at once, with data still arriving, would
 * lose the answer.
 */
function closeAfterGracePeriod(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), gracePeriod).unref();
  request.once('close', () => clearTimeout(timer));
}
