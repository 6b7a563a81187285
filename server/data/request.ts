import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/**
 * GET with Node's HTTP client, which returns the file's bytes unchanged. `fetch` would decompress a `.tar.gz` that the
 * server declares as gzip-encoded.
 */

const maxRedirects = 5;

/** Too many redirects, or one that is unsafe to follow, such as from https to http. */
export class RedirectError extends Error {}

/**
 * Requests a URL and follows redirects.
 * @returns the response as soon as its headers have arrived, whatever its status; its body is a byte stream
 * @throws RedirectError; errors of Node (`ENOTFOUND`, `ECONNREFUSED`, an aborted signal …)
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
    // Some servers reject requests without a User-Agent. Without an agent, no connection is kept open for reuse.
    const options = { headers: { 'user-agent': 'transfer-lab', ...headers }, signal, agent: false };
    get(url, options, resolve).on('error', reject);
  });
