import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Env } from '@/server/env.ts';
import { isLoopbackName, refusal } from './doors.ts';
import { isLoggedIn, isSame, loginCookie } from './login.ts';
import { loginPage } from './plain-page.ts';
import { plainPagePolicy } from './security-headers.ts';

/** No request has a longer body: an imported log is the longest. Bytes. */
const longestBody = 16 * 2 ** 20;
const longestLogin = 4096;

/** Pictures in `public`, which have nothing to hide: the login page has its icon too. */
const openFiles: ReadonlySet<string> = new Set(['/favicon.ico', '/icon.svg', '/apple-touch-icon.png', '/og.png']);

type GateEnv = Pick<Env, 'allowedHosts' | 'host' | 'authToken'>;

/**
 * Stands before every request, whatever answers it: turns away who may not come in, lets others log in, and bounds
 * bodies.
 * @returns whether the request may go on; else it is answered
 */
export async function passGate(request: IncomingMessage, response: ServerResponse, env: GateEnv) {
  const headers = new Headers(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
    ),
  );
  const { method = 'GET', url = '/' } = request;
  const reason = refusal(
    { method, url, headers },
    { allowedHosts: env.allowedHosts, isOpen: !isLoopbackName(env.host) },
  );
  const refuse = (status: number, body: string, type?: string) => {
    dropLine(request);
    return answer(response, status, body, type);
  };
  if (reason) return refuse(403, `${reason}\n`);
  if (!isPlain(url)) return refuse(400, 'This address is not spelt as addresses are.\n');
  const bytes = Number(request.headers['content-length'] ?? 0);
  if (request.headers['transfer-encoding']) return refuse(411, 'Say how long the body is: Content-Length.\n');
  if (bytes > longestBody) return refuse(413, `A body may have ${longestBody} bytes at the most.\n`);
  if (env.authToken === null || isLoggedIn(headers, env.authToken)) return true;
  if (method === 'GET' && openFiles.has(url)) return true;
  if (method === 'POST' && url === '/login' && bytes <= longestLogin) return logIn(request, response, env.authToken);
  if (url.startsWith('/api/')) return refuse(401, 'Log in first, or send Authorization: Bearer AUTH_TOKEN.\n');
  return refuse(401, loginPage(false), 'text/html; charset=utf-8');
}

/**
 * Next would answer 500 where a percent sign stands for nothing, and would take `/x/../api` for `/api` once it has passed
 * here as something else. Browsers write addresses out before they send them.
 */
function isPlain(url: string): boolean {
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

const ownHeaders = { 'Cache-Control': 'no-store', 'Content-Security-Policy': plainPagePolicy };

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): false {
  response.writeHead(status, { ...ownHeaders, 'Content-Type': type }).end(body);
  return false;
}

/** How long somebody who is refused may go on sending. Milliseconds. */
const untilDropped = 5000;

/**
 * What is left of a refused body is taken and thrown away for a while: a line that is closed at once, with more coming in,
 * takes the answer with it.
 */
function dropLine(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), untilDropped).unref();
  request.once('close', () => clearTimeout(timer));
}
