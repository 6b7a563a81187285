import { isIP } from 'node:net';

/**
 * Who may talk to the server. It trusts whoever reaches it on this machine, so a page of another site must not: neither
 * under a name of its own that resolves to 127.0.0.1 (Host), nor by sending a form here (Origin), nor by reading what
 * the browser of someone here may read (Sec-Fetch-Site).
 */

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface Doors {
  /** Names beside loopback's, in lower case: `lab.example`, or with a port `lab.example:8080`. */
  allowedHosts: readonly string[];
  /** It listens to other machines: these know it by its addresses. */
  isOpen: boolean;
}

/** Says why a request is turned away, or null. */
export function refusal(
  request: { method: string; url: string; headers: Headers },
  { allowedHosts, isOpen }: Doors,
): string | null {
  const { headers } = request;
  const host = headers.get('host')?.toLowerCase() ?? '';
  if (!isAllowedHost(host, allowedHosts) && !(isOpen && isAddress(host))) {
    return `This server does not answer to the host name "${host}". Name it in ALLOWED_HOSTS to allow it.`;
  }
  if (!safeMethods.has(request.method)) {
    return isSameOrigin(headers, host)
      ? null
      : 'Only pages of this server may change something here: Origin must equal Host.';
  }
  return request.url.startsWith('/api/') && isReadFromElsewhere(headers, host)
    ? 'Only pages of this server may read this. A link to it may be followed.'
    : null;
}

/** Any loopback name with any port (an `ssh -L` tunnel ends at another one), or one of those allowed. */
function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return isLoopbackName(name) || allowedHosts.includes(name) || allowedHosts.includes(host);
}

/** An address is no name that somebody else could let lead here. */
const isAddress = (host: string): boolean => isIP(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) !== 0;

/** A script or a picture of another page; someone who follows a link, or types it, is none. */
function isReadFromElsewhere(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  if (origin !== null && !isOwn(origin, host)) return true;
  const site = headers.get('sec-fetch-site');
  if (site === null || site === 'same-origin' || site === 'none') return false;
  return headers.get('sec-fetch-mode') !== 'navigate' || headers.get('sec-fetch-dest') !== 'document';
}

const isOwn = (origin: string, host: string): boolean =>
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

/**
 * Every browser sends Origin with what is not GET or HEAD; where one is left out, Sec-Fetch-Site must vouch. A script
 * (`curl`, say) names the server itself: `-H "Origin: http://127.0.0.1:3000"`.
 */
function isSameOrigin(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return isOwn(origin, host);
  const site = headers.get('sec-fetch-site');
  return site === 'same-origin' || site === 'none';
}
