import type { ServerResponse } from 'node:http';
import { plainPagePolicy } from './security-headers.ts';

/** Sends a complete response that works without the app. @returns false, as the gate does for an answered request */
export function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type: 'text' | 'page' = 'text',
  headers: Record<string, string> = {},
): false {
  const contentType = type === 'text' ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8';
  const common = { 'Cache-Control': 'no-store', 'Content-Security-Policy': plainPagePolicy };
  response.writeHead(status, { ...common, 'Content-Type': contentType, ...headers }).end(body);
  return false;
}
