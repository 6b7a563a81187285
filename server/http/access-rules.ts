import { isIP } from 'node:net';

/**
 * Decides which requests to accept. Local clients are trusted, so pages of other sites must be kept out: those whose
 * host name resolves to 127.0.0.1 (DNS rebinding; checked by Host), those that submit forms (CSRF; Origin), and those
 * that read responses through the user's browser (Sec-Fetch-Site).
 */

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface AccessRules {
  /** Lower-case names accepted besides the loopback names: `lab.example`, or with a port `lab.example:8080`. */
  allowedHosts: readonly string[];
  /** Whether the server listens on the network, where clients reach it by IP address. */
  isOnNetwork: boolean;
  /** Whether the request carries the valid access token, which no page of another site knows. */
  hasToken: boolean;
}

/** @returns why a request must be rejected; null if it is acceptable */
export function rejectionReason(
  request: { method: string; url: string; headers: Headers },
  { allowedHosts, isOnNetwork, hasToken }: AccessRules,
): string | null {
  const { headers } = request;
  const host = headers.get('host')?.toLowerCase() ?? '';
  if (!isAllowedHost(host, allowedHosts) && !(isOnNetwork && isAddress(host))) {
    return `The host name "${host}" is not allowed. To allow it, add it to ALLOWED_HOSTS.`;
  }
  if (!safeMethods.has(request.method)) {
    return isSameOrigin(headers, host) || (hasToken && !isFromPage(headers))
      ? null
      : 'Only pages of this server may make changes: the Origin header must match Host.';
  }
  // The same-origin policy does not apply to WebSockets.
  const isRead = request.url.startsWith('/api/') || headers.has('upgrade');
  return isRead && isCrossSiteRead(headers, host)
    ? 'Only pages of this server may read this. Open the address in its own tab instead.'
    : null;
}

/** Any loopback name with any port (an `ssh -L` tunnel uses another one), or one of the allowed names. */
function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return isLoopbackName(name) || allowedHosts.includes(name) || allowedHosts.includes(host);
}

/** Unlike a host name, an IP address cannot be pointed at this machine by someone else (DNS rebinding). */
const isAddress = (host: string): boolean => isIP(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) !== 0;

/** Whether another site's page embeds or fetches this. Following a link or typing the address is fine. */
function isCrossSiteRead(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  if (origin !== null && !matchesHost(origin, host)) return true;
  const site = headers.get('sec-fetch-site');
  if (site === null || site === 'same-origin' || site === 'none') return false;
  return headers.get('sec-fetch-mode') !== 'navigate' || headers.get('sec-fetch-dest') !== 'document';
}

const matchesHost = (origin: string, host: string): boolean =>
  /^https?:\/\//.test(origin) && origin.toLowerCase().replace(/^https?:\/\//, '') === host;

/** `localhost`, `*.localhost`, 127.0.0.0/8, `::1` with or without brackets. */
export function isLoopbackName(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    /^([a-z0-9-]+\.)*localhost\.?$/.test(lower) ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(lower) ||
    lower === '[::1]' ||
    lower === '::1'
  );
}

/** Programs send neither of these headers. */
const isFromPage = (headers: Headers): boolean => headers.has('origin') || headers.has('sec-fetch-site');

/**
 * Browsers send Origin with every request other than GET and HEAD; if it is missing, Sec-Fetch-Site decides. Programs
 * without an access token set it themselves: `curl -H "Origin: http://127.0.0.1:3000"`.
 */
function isSameOrigin(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return matchesHost(origin, host);
  const site = headers.get('sec-fetch-site');
  return site === 'same-origin' || site === 'none';
}
