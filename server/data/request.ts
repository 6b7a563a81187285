import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/**
 * GET by Node's own HTTP: what arrives are the very bytes of the file. `fetch` would unpack a `.tar.gz` that a server
 * declares as gzip-encoded.
 */

const maxRedirects = 5;

/** The way to a file leads nowhere: redirects in a circle, or from https to http. */
export class RedirectError extends Error {}

/**
 * Asks for a URL and follows redirects.
 * @returns the answer once its headers are there, whatever its status; its body is a stream of bytes
 * @throws RedirectError; else what Node says (`ENOTFOUND`, `ECONNREFUSED`, an aborted signal …)
 */
export async function request(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let current = new URL(url);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await requestOnce(current, headers, signal);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode!) || !location) return answer;
    answer.destroy();
    const next = new URL(location, current);
    if (!isWeb(next) || (current.protocol === 'https:' && next.protocol === 'http:')) {
      throw new RedirectError(`${current.href} redirects to ${next.href}, which is not safe to follow`);
    }
    current = next;
  }
  throw new RedirectError(`${url} redirects more than ${maxRedirects} times`);
}

const isWeb = ({ protocol }: URL) => protocol === 'https:' || protocol === 'http:';

const requestOnce = (url: URL, headers: Record<string, string>, signal: AbortSignal) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const { get } = url.protocol === 'https:' ? https : http;
    // Some servers turn away who does not say what they are. No agent: no connection is kept for later.
    const options = { headers: { 'user-agent': 'transfer-lab', ...headers }, signal, agent: false };
    get(url, options, resolve).on('error', reject);
  });
