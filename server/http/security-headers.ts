import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What every answer says, whatever it is. */
const always = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  // Not `no-referrer`, under which a form's own Origin would be null.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const nowhere = "base-uri 'none'; frame-ancestors 'none'";

/** Of a page that needs none of the app but its icon: nothing runs in it. */
export const plainPagePolicy = `default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'; ${nowhere}`;

/** Of what is data: nothing of it may do anything, even where a browser would show it. */
const dataPolicy = `default-src 'none'; form-action 'none'; ${nowhere}`;

/**
 * Of the app's pages: scripts that carry this answer's nonce, and what they load; nothing from elsewhere. Plotly and React
 * set styles within elements, which no nonce can allow.
 * @param dev React rebuilds stacks with `eval` then, and pages are told of changes over a socket
 */
const pagePolicy = (nonce: string, dev: boolean): string =>
  [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    `connect-src 'self'${dev ? ' ws:' : ''}`,
    "form-action 'self'",
    "object-src 'none'",
    nowhere,
  ].join('; ');

/**
 * Gives an answer its security headers before anything else writes to it, and tells Next, through the request, which nonce
 * the page's scripts are to carry. What a client sent under these names is not looked at.
 */
export function setSecurityHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  { dev }: { dev: boolean },
): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = pagePolicy(nonce, dev);
  request.headers['content-security-policy'] = policy;
  request.headers['x-nonce'] = nonce;
  delete request.headers['content-security-policy-report-only'];
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
  const isData = request.url?.startsWith('/api/');
  response.setHeader('Content-Security-Policy', isData ? dataPolicy : policy);
}
