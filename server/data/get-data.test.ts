import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { DownloadError, DownloadStopped } from './errors.ts';
import { type DataProgress, type GetDataOptions, getData } from './get-data.ts';
import { inspect } from './inspect.ts';
import {
  type FileServer,
  makeArchive,
  makeFolder,
  sendsFile,
  sendsStatus,
  serveFile,
  sourceLike,
} from './source.test-helper.ts';
import type { DataSource } from './sources.ts';

let data: string;
let archive: Awaited<ReturnType<typeof makeArchive>>;
let server: FileServer;
let source: DataSource;
beforeEach(async () => {
  data = await makeFolder();
  archive = await makeArchive();
  server = await serveFile(archive.bytes);
  server.bytesOnDisk = () => statSync(part(), { throwIfNoEntry: false })?.size ?? 0;
  source = sourceLike(server.url, archive);
});

const part = () => path.join(data, 'cifar-10-binary.tar.gz.part');
const never = new AbortController().signal;
const get = (options: Partial<GetDataOptions> = {}, from = source) =>
  getData(data, from, { signal: never, retryDelays: [], ...options });

/** Downloads data and expects it to fail. @returns the error */
async function failure(options: Partial<GetDataOptions> = {}, from = source): Promise<DownloadError> {
  const error = await get(options, from).then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect(inspect(data, from)).toEqual({ is: 'missing' });
  return error as DownloadError;
}

async function expectComplete(): Promise<void> {
  for (const [name, bytes] of archive.contents) {
    expect((await readFile(path.join(data, 'cifar-10-batches-bin', name))).equals(bytes)).toBe(true);
  }
  expect((await readdir(path.join(data, 'cifar-10-batches-bin'))).sort()).toEqual([...archive.contents.keys()].sort());
  expect((await readdir(data)).filter((name) => !name.endsWith('.lock'))).toEqual(['cifar-10-batches-bin']);
}

const half = () => Math.floor(archive.bytes.length / 2);

describe('getData', () => {
  it('downloads, verifies and extracts the six files and nothing else from the archive', async () => {
    const reported: DataProgress[] = [];
    await get({ onProgress: (progress) => reported.push(progress) });
    await expectComplete();
    expect(existsSync(path.join(data, '..', 'outside.txt'))).toBe(false);
    expect([...new Set(reported.map(({ phase }) => phase))]).toEqual(['downloading', 'checking', 'unpacking']);
    expect(reported.at(-1)).toMatchObject({ bytes: archive.bytes.length, total: archive.bytes.length });
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('records the provenance of the images if the checksum proves it', async () => {
    await get({}, { ...source, provenance: 'CIFAR-10, official' });
    const provenance = await readFile(path.join(data, 'cifar-10-batches-bin', 'provenance.json'), 'utf8');
    const test = archive.contents.get('test_batch.bin')!;
    expect(JSON.parse(provenance)).toEqual({
      name: 'CIFAR-10, official',
      testSha256: createHash('sha256').update(test).digest('hex'),
    });
  });

  it('removes what a process left behind when it was killed while unpacking', async () => {
    await mkdir(path.join(data, 'cifar-10-batches-bin.tmp'));
    await writeFile(path.join(data, 'cifar-10-batches-bin.tmp', 'data_batch_1.bin'), 'half');
    await get();
    await expectComplete();
  });

  it('does nothing if the data is already there', async () => {
    await get();
    await get();
    expect(server.requests).toHaveLength(1);
  });

  it('replaces missing and broken files in a folder and leaves other files alone', async () => {
    await mkdir(path.join(data, 'cifar-10-batches-bin'));
    await writeFile(path.join(data, 'cifar-10-batches-bin', 'data_batch_3.bin'), 'short');
    await writeFile(path.join(data, 'cifar-10-batches-bin', 'notes.txt'), 'mine');
    expect(inspect(data, source)).toMatchObject({ is: 'broken', problem: 'data_batch_1.bin is missing' });
    await get();
    expect(inspect(data, source)).toEqual({ is: 'present' });
    expect(await readFile(path.join(data, 'cifar-10-batches-bin', 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('follows redirects and keeps the requested range', async () => {
    server.answers = [sendsFile({ disconnectsAfter: half() })];
    await failure();
    server.answers = [
      sendsStatus(302, { location: '/elsewhere' }),
      sendsStatus(301, { location: `${server.url}?again` }),
    ];
    await get();
    await expectComplete();
    expect(server.requests.at(-1)!.range).toBe(`bytes=${half()}-`);
    server.answers = Array.from({ length: 9 }, () => sendsStatus(302, { location: '/file' }));
    data = await makeFolder();
    expect(await failure()).toMatchObject({ code: 'unreachable', message: expect.stringContaining('redirects more') });
    server.answers = [sendsStatus(302, { location: 'ftp://elsewhere.test/file' })];
    expect(await failure()).toMatchObject({ code: 'unreachable', message: expect.stringContaining('not safe') });
  });
});

describe('an interrupted download', () => {
  it('is resumed by the next attempt, so that every byte is sent once', async () => {
    server.answers = [sendsFile({ disconnectsAfter: half() })];
    expect(await failure()).toMatchObject({ code: 'broken-off', message: expect.stringMatching(/kB of .* resume/) });
    await get();
    await expectComplete();
    expect(server.requests[1]).toMatchObject({ range: `bytes=${half()}-`, 'if-range': expect.any(String) });
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('is retried automatically as long as it makes progress', async () => {
    const third = Math.floor(archive.bytes.length / 3);
    const interrupted = sendsFile({ disconnectsAfter: third });
    server.answers = [interrupted, interrupted];
    await get({ retryDelays: [0, 0] });
    await expectComplete();
    expect(server.bytesSent).toBe(archive.bytes.length);

    data = await makeFolder();
    server.requests = [];
    server.answers = [interrupted, ...Array.from({ length: 9 }, () => sendsFile({ disconnectsAfter: 0 }))];
    expect((await failure({ retryDelays: [0, 0, 0] })).code).toMatch(/^(broken-off|unreachable)$/);
    expect(server.requests).toHaveLength(4);
  });

  it('gives up on a server that never sends more than before', async () => {
    const interrupted = sendsFile({ disconnectsAfter: half(), supportsRanges: false });
    server.answers = Array.from({ length: 9 }, (_, index) => (index % 2 === 0 ? interrupted : sendsStatus(416)));
    expect((await failure({ retryDelays: [0, 0] })).code).toBe('broken-off');
    expect(server.answers.length).toBeGreaterThan(0);
  });

  it('starts from scratch if the server does not support ranges', async () => {
    server.answers = [sendsFile({ disconnectsAfter: half() }), sendsFile({ supportsRanges: false })];
    await failure();
    await get();
    await expectComplete();
    expect(server.bytesSent).toBe(half() + archive.bytes.length);
  });

  it('starts from scratch if the file has changed', async () => {
    server.answers = [sendsFile({ disconnectsAfter: half() })];
    await failure();
    const newer = await makeArchive(2);
    const other = await serveFile(newer.bytes);
    // Makes the new address look like the one that the partial file came from.
    const note = `${part()}.json`;
    await writeFile(note, (await readFile(note, 'utf8')).replace(server.url, other.url));
    await get({}, sourceLike(other.url, newer));
    archive = newer;
    await expectComplete();
    expect(other.bytesSent).toBe(newer.bytes.length);
  });

  it('starts from scratch if the server has no further bytes or answers with another range', async () => {
    for (const answer of [sendsStatus(416), sendsFile({ headers: { 'content-range': 'bytes 7-9/10' } })]) {
      server.answers = [sendsFile({ disconnectsAfter: half() }), answer];
      await failure();
      await get();
      await expectComplete();
      data = await makeFolder();
    }
  });

  it('is completed after a crash that happened when all bytes had arrived', async () => {
    server.answers = [sendsFile({ disconnectsAfter: archive.bytes.length })];
    await get({ freeBytes: async () => 1e9 }).catch(() => {});
    await get();
    await expectComplete();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('stops on request and keeps the bytes received so far', async () => {
    const stop = new AbortController();
    server.answers = [sendsFile({ stallsAfter: half() })];
    const onProgress = ({ bytes }: DataProgress) => bytes === half() && stop.abort();
    await expect(get({ signal: stop.signal, onProgress })).rejects.toBeInstanceOf(DownloadStopped);
    await get();
    await expectComplete();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });
});

describe('getData reports', () => {
  it('a server that stops sending', async () => {
    server.answers = [sendsFile({ stallsAfter: half() })];
    expect(await failure({ patience: 3000 })).toMatchObject({
      code: 'stalled',
      message: expect.stringMatching(/sent nothing .* resume/),
    });
    await get();
    await expectComplete();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('a server that never answers', async () => {
    server.answers = [() => {}];
    expect((await failure({ patience: 200 })).code).toBe('stalled');
  });

  it.each([
    ['http://127.0.0.1:1/file', /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/],
    ['http://name.invalid/file', /name\.invalid cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/],
  ])('an unreachable %s, with instructions for a manual download', async (url, message) => {
    const error = await failure({}, { ...source, url });
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(message) });
    expect(error.manualSteps).toContain(`By hand: download ${url} and unpack it so that ${data}`);
  });

  it.each([
    [404, 'may have moved'],
    [503, 'try again later'],
  ])('a server that answers %i', async (status, words) => {
    server.answers = [sendsStatus(status, { 'content-type': 'text/html' }, '<html>')];
    const { code, message } = await failure();
    expect([code, message]).toEqual(['http-status', expect.stringMatching(`answered ${status} .*${words}`)]);
  });

  it('a network that answers with a page of its own, under any content type, and keeps the partial file', async () => {
    server.answers = [sendsFile({ disconnectsAfter: half() })];
    await failure();
    for (const type of ['text/html; charset=utf-8', 'application/x-gzip']) {
      server.answers = [sendsStatus(200, { 'content-type': type }, '<!DOCTYPE html><title>Sign in</title>')];
      const ofUnknownSize = { ...source, bytes: null };
      expect(await failure({}, ofUnknownSize)).toMatchObject({
        code: 'not-the-file',
        message: expect.stringContaining('a web page instead'),
      });
    }
    await get();
    await expectComplete();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('a file that is not an archive', async () => {
    server.answers = [sendsStatus(200, {}, 'hello')];
    const { code, message } = await failure({}, { ...source, bytes: null });
    expect([code, message]).toEqual(['not-the-file', expect.stringContaining('something other')]);
  });

  it('a file with a wrong checksum, and removes it', async () => {
    const altered = Buffer.from(archive.bytes);
    altered[half()]! ^= 1;
    const other = await serveFile(altered);
    expect(await failure({}, { ...source, url: other.url })).toMatchObject({
      code: 'wrong-checksum',
      message: expect.stringMatching(/SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}/),
    });
    expect(existsSync(part())).toBe(false);
    await get();
    await expectComplete();
  });

  it('a file that is too short, with or without Content-Length', async () => {
    const short = await serveFile(archive.bytes.subarray(0, half()));
    for (const sendsLength of [true, false]) {
      short.answers = [sendsFile({ sendsLength })];
      const { code, message } = await failure({}, { ...source, url: short.url });
      expect([code, message]).toEqual(['truncated', expect.stringContaining(`${half()}`)]);
      expect(existsSync(part())).toBe(false);
    }
    short.answers = [sendsStatus(200)];
    expect((await failure({}, { ...source, url: short.url, bytes: null })).code).toBe('truncated');
  });

  it('a truncated archive of unknown size and checksum', async () => {
    const short = await serveFile(archive.bytes.subarray(0, half()));
    const error = await failure({}, { ...source, url: short.url, bytes: null, sha256: null });
    expect(error).toMatchObject({ code: 'damaged', message: expect.stringContaining('try again') });
    expect((await readdir(data)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('an archive with other contents', async () => {
    const other = await serveFile(gzipSync(Buffer.alloc(10_240)));
    const unknown = { ...source, url: other.url, bytes: null, sha256: null };
    expect((await failure({}, unknown)).code).toBe('damaged');
    const larger = { ...source, unpacked: { ...archive.unpacked, fileBytes: 7 } };
    const { code, message } = await failure({}, larger);
    expect([code, message]).toEqual(['damaged', expect.stringContaining('none of the expected files')]);
  });

  it('a disk with too little space before the download starts', async () => {
    const error = await failure({ freeBytes: async () => 1000 });
    expect(error).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needed, 1\.0\skB free.*DATA_DIR/),
    });
    expect(server.requests).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('a disk that fills up during the download', async () => {
    await symlink('/dev/full', part());
    expect(await failure()).toMatchObject({ code: 'disk-full', message: expect.stringContaining('Free up space') });
  });

  it('a folder that cannot be created', async () => {
    await writeFile(path.join(data, 'file'), '');
    data = path.join(data, 'file', 'data');
    expect(await failure()).toMatchObject({ code: 'not-writable', message: expect.stringContaining('DATA_DIR') });
  });

  it('a download that another process is running', async () => {
    server.answers = [sendsFile({ stallsAfter: half() })];
    const stop = new AbortController();
    const first = get({ signal: stop.signal });
    await expect.poll(() => existsSync(part())).toBe(true);
    expect(await failure()).toMatchObject({ code: 'busy', message: expect.stringContaining('Wait until it finishes') });
    stop.abort();
    await expect(first).rejects.toBeInstanceOf(DownloadStopped);
    await get();
    await expectComplete();
  });
});
