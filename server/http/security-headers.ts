import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers of every response. */
const commonHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  // Not `no-referrer`, which would make forms send `Origin: null`.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const notEmbedded = "base-uri 'none'; frame-ancestors 'none'";

/** For pages that work without the app: no scripts at all, and no images but the icon. */
export const plainPagePolicy = `default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'; ${notEmbedded}`;

/** For data: inert even if a browser displays it. */
const dataPolicy = `default-src 'none'; form-action 'none'; ${notEmbedded}`;

/**
 * For the app's pages: only scripts that carry this response's nonce, and scripts they load; nothing from other sites.
 * Plotly and React set inline style attributes, which a nonce cannot allow.
 * @param dev allows `eval`, with which React reconstructs stack traces, and the hot-reload socket
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
    notEmbedded,
  ].join('; ');

/**
 * Sets the security headers of a response, and passes the nonce for the page's scripts to Next through the request
 * headers. Values that a client sent under these names are discarded.
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
  for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
  const isData = request.url?.startsWith('/api/');
  response.setHeader('Content-Security-Policy', isData ? dataPolicy : policy);
}
