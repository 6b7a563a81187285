import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopbackName, refusal } from './doors.ts';
import type { Env } from './env.ts';
import { isLoggedIn, isSame, loginCookie } from './login.ts';
import { loginPage } from './plain-page.ts';
import { plainPagePolicy } from './security-headers.ts';

/** No request has a longer body: an imported log is the longest. Bytes. */
const longestBody = 16 * 2 ** 20;
const longestLogin = 4096;

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
  if (reason) return answer(response, 403, `${reason}\n`);
  if (!isDecodable(url)) return answer(response, 400, 'This address is not spelt as addresses are.\n');
  const bytes = Number(request.headers['content-length'] ?? 0);
  if (request.headers['transfer-encoding']) return answer(response, 411, 'Say how long the body is: Content-Length.\n');
  if (bytes > longestBody) return answer(response, 413, `A body may have ${longestBody} bytes at the most.\n`);
  if (env.authToken === null || isLoggedIn(headers, env.authToken)) return true;
  if (method === 'POST' && url === '/login' && bytes <= longestLogin) return logIn(request, response, env.authToken);
  if (url.startsWith('/api/'))
    return answer(response, 401, 'Log in first, or send Authorization: Bearer AUTH_TOKEN.\n');
  return answer(response, 401, loginPage(false), 'text/html; charset=utf-8');
}

/** Next would answer 500 where a percent sign stands for nothing. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0]!);
    return true;
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
  // What is left of a body is not read, so the line cannot be used again.
  if (status >= 400) response.setHeader('Connection', 'close');
  response.writeHead(status, { ...ownHeaders, 'Content-Type': type }).end(body);
  return false;
}
