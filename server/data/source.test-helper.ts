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

/** A server on this machine that gives a file as servers do, or as they should not. */

/** Sends bytes of the file, which are counted. */
type Send = (bytes: Buffer) => void;

/** How one request is answered. */
export type Answer = (parts: {
  file: Buffer;
  request: IncomingMessage;
  response: ServerResponse;
  send: Send;
  kept: () => number;
}) => void | Promise<void>;

export interface FileServer {
  url: string;
  /** The headers of every request so far. */
  requests: IncomingMessage['headers'][];
  /** Bytes of the file that were sent so far, however often. */
  bytesSent: number;
  /** How much of the file the client has on its disk: a connection breaks off when that is all it was sent. */
  kept: () => number;
  /** How the next requests are answered; when none is left, with the whole file. */
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
    (state.answers.shift() ?? gives())({ file, request, response, send, kept: () => state.kept() });
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
    kept: () => 0,
    answers: [],
  };
  return state;
}

interface Giving {
  /** Ends the connection, without a word, after so many bytes. */
  breaksAfter?: number;
  /** Falls silent after so many bytes. */
  stallsAfter?: number;
  /** Gives the whole file whatever is asked. */
  knowsRanges?: boolean;
  /** Says how long the file is. */
  tellsLength?: boolean;
  headers?: Record<string, string>;
}

/** Gives the file, from where it is asked for. */
export const gives =
  ({ breaksAfter, stallsAfter, knowsRanges = true, tellsLength = true, headers }: Giving = {}): Answer =>
  async ({ file, request, response, send, kept }) => {
    const etag = `"${createHash('md5').update(file).digest('hex')}"`;
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const isSame = [undefined, etag].includes(request.headers['if-range'] as string | undefined);
    const start = knowsRanges && asked && isSame ? Number(asked[1]) : 0;
    if (start >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
      return;
    }
    const body = file.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-type': 'application/x-gzip',
      etag,
      ...(start > 0 && { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }),
      ...(tellsLength && { 'content-length': body.length }),
      ...headers,
    });
    const cut = breaksAfter ?? stallsAfter;
    send(body.subarray(0, cut));
    if (cut === undefined) response.end();
    if (breaksAfter === undefined) return;
    while (kept() < start + breaksAfter) await sleep(5);
    response.socket!.destroy();
  };

export const says =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  ({ response }) => {
    response.writeHead(status, headers).end(body);
  };

/** Bytes that look random, for each name its own and always the same. */
const noise = (name: string, outputLength: number): Buffer =>
  createHash('shake256', { outputLength }).update(name).digest();

/**
 * CIFAR-10's archive in small: files of a few records that nothing compresses, and beside them what is not to be unpacked.
 * @param version another one has other records
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

/** A source of CIFAR-10 as the server at `url` has it. */
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

/** As much of an HDF5 file as is looked at: a superblock of version 0 that tells the file's length. */
export function hdf5(length: number): Buffer {
  const file = Buffer.alloc(length);
  file.write('\x89HDF\r\n\x1a\n', 'latin1');
  file[13] = 8;
  file.writeBigUInt64LE(BigInt(length), 40);
  return file;
}

/** CIFAR-10 as far as sizes tell, all black: files with holes. */
export async function makeBlackCifar10(folder: string): Promise<void> {
  await mkdir(path.join(folder, cifar10Files.folder), { recursive: true });
  for (const name of [...cifar10Files.train, cifar10Files.test]) {
    const handle = await open(path.join(folder, cifar10Files.folder, name), 'w');
    await handle.truncate(cifar10Files.fileBytes);
    await handle.close();
  }
}

/** CIFAR-10's archive in its true size, all black. */
export async function makeBlackArchive(): Promise<Buffer> {
  const folder = await makeFolder();
  await makeBlackCifar10(folder);
  const file = path.join(folder, 'archive.tar.gz');
  await create({ gzip: { level: 1 }, file, cwd: folder }, [cifar10Files.folder]);
  return readFile(file);
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
