/**
 * Who may talk to the server. It trusts whoever reaches it on this machine, so a page of another site must not: neither
 * under a name of its own that resolves to 127.0.0.1 (Host), nor by sending a form here (Origin).
 */

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Says why a request is turned away, or null.
 * @param allowedHosts names beside loopback's, in lower case: `lab.example`, or with a port `lab.example:8080`
 */
export function refusal(request: { method: string; headers: Headers }, allowedHosts: readonly string[]): string | null {
  const host = request.headers.get('host')?.toLowerCase() ?? '';
  if (!isAllowedHost(host, allowedHosts)) {
    return `This server does not answer to the host name "${host}". Name it in ALLOWED_HOSTS to allow it.`;
  }
  if (!safeMethods.has(request.method) && !isSameOrigin(request.headers, host)) {
    return 'Only pages of this server may change something here: Origin must equal Host.';
  }
  return null;
}

/** Any loopback name with any port (an `ssh -L` tunnel ends at another one), or one of those allowed. */
function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return isLoopbackName(name) || allowedHosts.includes(name) || allowedHosts.includes(host);
}

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
  if (origin !== null) return /^https?:\/\//.test(origin) && origin.toLowerCase().replace(/^https?:\/\//, '') === host;
  const site = headers.get('sec-fetch-site');
  return site === 'same-origin' || site === 'none';
}
