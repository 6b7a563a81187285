import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from 'tar';
import { onTestFinished } from 'vitest';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { type DataSource, sourceOf } from './sources.ts';

/** A local file server that can answer correctly or misbehave. */

/** Sends bytes of the file and counts them in `bytesSent`. */
type Send = (bytes: Buffer) => void;

/** How one request is answered. */
export type Answer = (parts: {
  file: Buffer;
  request: IncomingMessage;
  response: ServerResponse;
  send: Send;
  bytesOnDisk: () => number;
}) => void | Promise<void>;

export interface FileServer {
  url: string;
  /** The headers of every request so far. */
  requests: IncomingMessage['headers'][];
  /** Bytes of the file sent so far, repeated ones included. */
  bytesSent: number;
  /**
   * How much of the file the client has on disk; before disconnecting, the server waits until all sent bytes are there.
   */
  bytesOnDisk: () => number;
  /** Answers to the next requests; after them, every request gets the complete file. */
  answers: Answer[];
}

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'get-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function serveFile(file: Buffer): Promise<FileServer> {
  const server = createServer((request, response) => {
    state.requests.push(request.headers);
    const send: Send = (bytes) => {
      state.bytesSent += bytes.length;
      response.write(bytes);
    };
    (state.answers.shift() ?? sendsFile())({ file, request, response, send, bytesOnDisk: () => state.bytesOnDisk() });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const state: FileServer = {
    url: `http://127.0.0.1:${port}/file`,
    requests: [],
    bytesSent: 0,
    bytesOnDisk: () => 0,
    answers: [],
  };
  return state;
}

interface FileAnswer {
  /** Closes the connection abruptly after this many bytes. */
  disconnectsAfter?: number;
  /** Stops sending after this many bytes. */
  stallsAfter?: number;
  /** If false, sends the complete file whatever range is requested. */
  supportsRanges?: boolean;
  /** Whether to send Content-Length. */
  sendsLength?: boolean;
  headers?: Record<string, string>;
}

/** Answers with the file, from the requested offset. */
export const sendsFile =
  ({ disconnectsAfter, stallsAfter, supportsRanges = true, sendsLength = true, headers }: FileAnswer = {}): Answer =>
  async ({ file, request, response, send, bytesOnDisk }) => {
    const etag = `"${createHash('md5').update(file).digest('hex')}"`;
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const isSame = [undefined, etag].includes(request.headers['if-range'] as string | undefined);
    const start = supportsRanges && asked && isSame ? Number(asked[1]) : 0;
    if (start >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
      return;
    }
    const body = file.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-type': 'application/x-gzip',
      etag,
      ...(start > 0 && { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }),
      ...(sendsLength && { 'content-length': body.length }),
      ...headers,
    });
    const cut = disconnectsAfter ?? stallsAfter;
    send(body.subarray(0, cut));
    if (cut === undefined) response.end();
    if (disconnectsAfter === undefined) return;
    while (bytesOnDisk() < start + disconnectsAfter) await sleep(5);
    response.socket!.destroy();
  };

/** Answers with a status and no file. */
export const sendsStatus =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  ({ response }) => {
    response.writeHead(status, headers).end(body);
  };

/** Bytes that look random: different for each name, and always the same. */
const noise = (name: string, outputLength: number): Buffer =>
  createHash('shake256', { outputLength }).update(name).digest();

/**
 * A small version of CIFAR-10's archive: files of a few incompressible records, plus members that must not be extracted.
 * @param version another version has other records
 */
export async function makeArchive(version = 1) {
  const { folder, train, test } = cifar10Files;
  const files = [...train, test];
  const fileBytes = 20 * 3073;
  const root = await makeFolder();
  await mkdir(path.join(root, 'inside', folder), { recursive: true });
  const contents = new Map(files.map((name) => [name, noise(`${version} ${name}`, fileBytes)]));
  for (const [name, bytes] of contents) await writeFile(path.join(root, 'inside', folder, name), bytes);
  await writeFile(path.join(root, 'inside', folder, 'readme.html'), '<html>');
  await writeFile(path.join(root, 'outside.txt'), 'no');
  await symlink('/etc', path.join(root, 'inside', 'link'));
  const archive = path.join(root, 'archive.tar.gz');
  const members = [folder, '../outside.txt', 'link'];
  await create({ gzip: true, file: archive, cwd: path.join(root, 'inside'), preservePaths: true }, members);
  return { bytes: await readFile(archive), contents, unpacked: { folder, files, fileBytes } };
}

/** A source for the archive served at `url`. */
export const sourceLike = (
  url: string,
  { bytes, unpacked }: { bytes: Buffer; unpacked: DataSource['unpacked'] },
): DataSource => ({
  ...sourceOf('cifar10', { cifar10Url: url, cifar10Sha256: null, weightsUrl: null }),
  bytes: bytes.length,
  sha256: sha256Of(bytes),
  provenance: null,
  unpacked,
});

/** A minimal HDF5 file for `inspect`: a version 0 superblock that states the file's length. */
export function hdf5(length: number): Buffer {
  const file = Buffer.alloc(length);
  file.write('\x89HDF\r\n\x1a\n', 'latin1');
  file[13] = 8;
  file.writeBigUInt64LE(BigInt(length), 40);
  return file;
}

/** Files of CIFAR-10's sizes, all black; they are sparse. */
export async function makeBlackCifar10(folder: string): Promise<void> {
  await mkdir(path.join(folder, cifar10Files.folder), { recursive: true });
  for (const name of [...cifar10Files.train, cifar10Files.test]) {
    const handle = await open(path.join(folder, cifar10Files.folder, name), 'w');
    await handle.truncate(cifar10Files.fileBytes);
    await handle.close();
  }
}

/** An archive of CIFAR-10's full size, all black. */
export async function makeBlackArchive(): Promise<Buffer> {
  const folder = await makeFolder();
  await makeBlackCifar10(folder);
  const file = path.join(folder, 'archive.tar.gz');
  await create({ gzip: { level: 1 }, file, cwd: folder }, [cifar10Files.folder]);
  return readFile(file);
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
