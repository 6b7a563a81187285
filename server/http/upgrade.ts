import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/** Where Next's development server accepts WebSockets, to announce changed modules to pages. */
const reloadPath = '/_next/hmr';

/**
 * Handles requests to upgrade a connection to another protocol, which only development needs. Without such a handler,
 * Node ignores the Upgrade header and treats these requests like any others.
 * @param options.pass the checks of ordinary requests; answers the request if it returns false
 * @param options.accept accepts the connection; returns false if it is not ready to
 */
export function handleUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { pass, accept }: { pass: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>; accept: Accept },
): void {
  // Node reports errors of such a connection only here; unhandled, they would end the process.
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<typeof response.assignSocket>[0]);
  response.once('finish', () => {
    response.detachSocket(socket as Parameters<typeof response.detachSocket>[0]);
    (socket as Duplex & { destroySoon(): void }).destroySoon();
  });
  const refuse = () => response.writeHead(400, { 'Content-Type': 'text/plain' }).end('There is no WebSocket here.\n');
  const handle = async () => {
    // The body of an upgrade request is never read, so forms cannot be sent this way.
    if (request.method !== 'GET') return refuse();
    if (!(await pass(request, response))) return;
    if (!request.url?.startsWith(reloadPath)) return refuse();
    response.detachSocket(socket as Parameters<typeof response.detachSocket>[0]);
    if (!accept(request, socket, head)) socket.destroy();
  };
  handle().catch((error) => {
    console.error(error);
    socket.destroy();
  });
}
