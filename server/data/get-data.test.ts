import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { DownloadError, DownloadStopped } from './errors.ts';
import { type DataProgress, type GetDataOptions, getData } from './get-data.ts';
import { inspect } from './inspect.ts';
import { type FileServer, gives, makeArchive, makeFolder, says, serveFile, sourceLike } from './source.test-helper.ts';
import type { DataSource } from './sources.ts';

let data: string;
let archive: Awaited<ReturnType<typeof makeArchive>>;
let server: FileServer;
let source: DataSource;
beforeEach(async () => {
  data = await makeFolder();
  archive = await makeArchive();
  server = await serveFile(archive.bytes);
  server.kept = () => statSync(part(), { throwIfNoEntry: false })?.size ?? 0;
  source = sourceLike(server.url, archive);
});

const part = () => path.join(data, 'cifar-10-binary.tar.gz.part');
const never = new AbortController().signal;
const get = (options: Partial<GetDataOptions> = {}, from = source) =>
  getData(data, from, { signal: never, retryDelays: [], ...options });

/** Gets the data, which fails. @returns why */
async function failure(options: Partial<GetDataOptions> = {}, from = source): Promise<DownloadError> {
  const error = await get(options, from).then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect(inspect(data, from)).toEqual({ is: 'missing' });
  return error as DownloadError;
}

async function expectWhole(): Promise<void> {
  for (const [name, bytes] of archive.contents) {
    expect((await readFile(path.join(data, 'cifar-10-batches-bin', name))).equals(bytes)).toBe(true);
  }
  expect((await readdir(path.join(data, 'cifar-10-batches-bin'))).sort()).toEqual([...archive.contents.keys()].sort());
  expect((await readdir(data)).filter((name) => !name.endsWith('.lock'))).toEqual(['cifar-10-batches-bin']);
}

const half = () => Math.floor(archive.bytes.length / 2);

describe('getData', () => {
  it('downloads, checks and unpacks the six files, and nothing else of the archive', async () => {
    const told: DataProgress[] = [];
    await get({ onProgress: (progress) => told.push(progress) });
    await expectWhole();
    expect(existsSync(path.join(data, '..', 'outside.txt'))).toBe(false);
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['downloading', 'checking', 'unpacking']);
    expect(told.at(-1)).toMatchObject({ bytes: archive.bytes.length, total: archive.bytes.length });
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('leaves word of what the images are, where the checksum vouches for it', async () => {
    await get({}, { ...source, provenance: 'CIFAR-10, official' });
    const provenance = await readFile(path.join(data, 'cifar-10-batches-bin', 'provenance.json'), 'utf8');
    const test = archive.contents.get('test_batch.bin')!;
    expect(JSON.parse(provenance)).toEqual({
      name: 'CIFAR-10, official',
      testSha256: createHash('sha256').update(test).digest('hex'),
    });
  });

  it('sweeps away what a process left that was killed while it unpacked', async () => {
    await mkdir(path.join(data, 'cifar-10-batches-bin.tmp'));
    await writeFile(path.join(data, 'cifar-10-batches-bin.tmp', 'data_batch_1.bin'), 'half');
    await get();
    await expectWhole();
  });

  it('does nothing where the data is there, whoever put it there', async () => {
    await get();
    await get();
    expect(server.requests).toHaveLength(1);
  });

  it('completes a folder in which files are missing or broken, and leaves the rest of it alone', async () => {
    await mkdir(path.join(data, 'cifar-10-batches-bin'));
    await writeFile(path.join(data, 'cifar-10-batches-bin', 'data_batch_3.bin'), 'short');
    await writeFile(path.join(data, 'cifar-10-batches-bin', 'notes.txt'), 'mine');
    expect(inspect(data, source)).toMatchObject({ is: 'broken', problem: 'data_batch_1.bin is not there' });
    await get();
    expect(inspect(data, source)).toEqual({ is: 'present' });
    expect(await readFile(path.join(data, 'cifar-10-batches-bin', 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('follows redirects, with the range it asks for', async () => {
    server.answers = [gives({ breaksAfter: half() })];
    await failure();
    server.answers = [says(302, { location: '/elsewhere' }), says(301, { location: `${server.url}?again` })];
    await get();
    await expectWhole();
    expect(server.requests.at(-1)!.range).toBe(`bytes=${half()}-`);
    server.answers = Array.from({ length: 9 }, () => says(302, { location: '/file' }));
    data = await makeFolder();
    expect(await failure()).toMatchObject({ code: 'unreachable', message: expect.stringContaining('redirects more') });
    server.answers = [says(302, { location: 'ftp://elsewhere.test/file' })];
    expect(await failure()).toMatchObject({ code: 'unreachable', message: expect.stringContaining('not safe') });
  });
});

describe('a download that breaks off', () => {
  it('is gone on with by the next try: every byte is sent once', async () => {
    server.answers = [gives({ breaksAfter: half() })];
    expect(await failure()).toMatchObject({ code: 'broken-off', message: expect.stringMatching(/kB of .* goes on/) });
    await get();
    await expectWhole();
    expect(server.requests[1]).toMatchObject({ range: `bytes=${half()}-`, 'if-range': expect.any(String) });
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('goes on by itself while something comes, and gives up when nothing does', async () => {
    const third = Math.floor(archive.bytes.length / 3);
    const breaks = gives({ breaksAfter: third });
    server.answers = [breaks, breaks];
    await get({ retryDelays: [0, 0] });
    await expectWhole();
    expect(server.bytesSent).toBe(archive.bytes.length);

    data = await makeFolder();
    server.requests = [];
    server.answers = [breaks, ...Array.from({ length: 9 }, () => gives({ breaksAfter: 0 }))];
    expect((await failure({ retryDelays: [0, 0, 0] })).code).toMatch(/^(broken-off|unreachable)$/);
    expect(server.requests).toHaveLength(4);
  });

  it('gives up on a server that never gets further', async () => {
    const breaks = gives({ breaksAfter: half(), knowsRanges: false });
    server.answers = Array.from({ length: 9 }, (_, index) => (index % 2 === 0 ? breaks : says(416)));
    expect((await failure({ retryDelays: [0, 0] })).code).toBe('broken-off');
    expect(server.answers.length).toBeGreaterThan(0);
  });

  it('begins anew where the server knows no ranges', async () => {
    server.answers = [gives({ breaksAfter: half() }), gives({ knowsRanges: false })];
    await failure();
    await get();
    await expectWhole();
    expect(server.bytesSent).toBe(half() + archive.bytes.length);
  });

  it('begins anew where the file has changed since', async () => {
    server.answers = [gives({ breaksAfter: half() })];
    await failure();
    const newer = await makeArchive(2);
    const other = await serveFile(newer.bytes);
    // The same address, as far as the part knows.
    const note = `${part()}.json`;
    await writeFile(note, (await readFile(note, 'utf8')).replace(server.url, other.url));
    await get({}, sourceLike(other.url, newer));
    archive = newer;
    await expectWhole();
    expect(other.bytesSent).toBe(newer.bytes.length);
  });

  it('begins anew where the server has nothing after what is kept, or answers with another part', async () => {
    for (const answer of [says(416), gives({ headers: { 'content-range': 'bytes 7-9/10' } })]) {
      server.answers = [gives({ breaksAfter: half() }), answer];
      await failure();
      await get();
      await expectWhole();
      data = await makeFolder();
    }
  });

  it('is gone on with after a crash that came when all was there', async () => {
    server.answers = [gives({ breaksAfter: archive.bytes.length })];
    await get({ freeBytes: async () => 1e9 }).catch(() => {});
    await get();
    await expectWhole();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('is stopped on request, and what has come is kept', async () => {
    const stop = new AbortController();
    server.answers = [gives({ stallsAfter: half() })];
    const onProgress = ({ bytes }: DataProgress) => bytes === half() && stop.abort();
    await expect(get({ signal: stop.signal, onProgress })).rejects.toBeInstanceOf(DownloadStopped);
    await get();
    await expectWhole();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });
});

describe('a fault', () => {
  it('of a server that falls silent', async () => {
    server.answers = [gives({ stallsAfter: half() })];
    expect(await failure({ patience: 3000 })).toMatchObject({
      code: 'stalled',
      message: expect.stringMatching(/sent nothing .* goes on from there/),
    });
    await get();
    await expectWhole();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('of a server that never answers', async () => {
    server.answers = [() => {}];
    expect((await failure({ patience: 200 })).code).toBe('stalled');
  });

  it.each([
    ['http://127.0.0.1:1/file', /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/],
    ['http://name.invalid/file', /name\.invalid cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/],
  ])('of the network, at %s, says what to do by hand', async (url, message) => {
    const error = await failure({}, { ...source, url });
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(message) });
    expect(error.byHand).toContain(`By hand: download ${url} and unpack it so that ${data}`);
  });

  it.each([
    [404, 'may have moved'],
    [503, 'try again later'],
  ])('of a server that answers %i', async (status, words) => {
    server.answers = [says(status, { 'content-type': 'text/html' }, '<html>')];
    const { code, message } = await failure();
    expect([code, message]).toEqual(['http-status', expect.stringMatching(`answered ${status} .*${words}`)]);
  });

  it('of a network that answers with a page of its own, whatever it calls it; what is kept stays', async () => {
    server.answers = [gives({ breaksAfter: half() })];
    await failure();
    for (const type of ['text/html; charset=utf-8', 'application/x-gzip']) {
      server.answers = [says(200, { 'content-type': type }, '<!DOCTYPE html><title>Sign in</title>')];
      const whole = { ...source, bytes: null };
      expect(await failure({}, whole)).toMatchObject({
        code: 'not-the-file',
        message: expect.stringContaining('a web page instead'),
      });
    }
    await get();
    await expectWhole();
    expect(server.bytesSent).toBe(archive.bytes.length);
  });

  it('of a file that is no archive', async () => {
    server.answers = [says(200, {}, 'hello')];
    const { code, message } = await failure({}, { ...source, bytes: null });
    expect([code, message]).toEqual(['not-the-file', expect.stringContaining('something else')]);
  });

  it('of bytes that are not those that are due: they go, and the next try is clean', async () => {
    const altered = Buffer.from(archive.bytes);
    altered[half()]! ^= 1;
    const other = await serveFile(altered);
    expect(await failure({}, { ...source, url: other.url })).toMatchObject({
      code: 'wrong-checksum',
      message: expect.stringMatching(/SHA-256 is [0-9a-f]{64}, where [0-9a-f]{64} is due/),
    });
    expect(existsSync(part())).toBe(false);
    await get();
    await expectWhole();
  });

  it('of a file that is shorter than it should be, told of or not', async () => {
    const short = await serveFile(archive.bytes.subarray(0, half()));
    for (const tellsLength of [true, false]) {
      short.answers = [gives({ tellsLength })];
      const { code, message } = await failure({}, { ...source, url: short.url });
      expect([code, message]).toEqual(['truncated', expect.stringContaining(`${half()}`)]);
      expect(existsSync(part())).toBe(false);
    }
    short.answers = [says(200)];
    expect((await failure({}, { ...source, url: short.url, bytes: null })).code).toBe('truncated');
  });

  it('of an archive that is cut short, of which nothing else is known', async () => {
    const short = await serveFile(archive.bytes.subarray(0, half()));
    const error = await failure({}, { ...source, url: short.url, bytes: null, sha256: null });
    expect(error).toMatchObject({ code: 'damaged', message: expect.stringContaining('try again') });
    expect((await readdir(data)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('of an archive of something else', async () => {
    const other = await serveFile(gzipSync(Buffer.alloc(10_240)));
    const unknown = { ...source, url: other.url, bytes: null, sha256: null };
    expect((await failure({}, unknown)).code).toBe('damaged');
    const larger = { ...source, unpacked: { ...archive.unpacked, fileBytes: 7 } };
    const { code, message } = await failure({}, larger);
    expect([code, message]).toEqual(['damaged', expect.stringContaining('none of the expected files')]);
  });

  it('of a disk without room, seen beforehand', async () => {
    const error = await failure({ freeBytes: async () => 1000 });
    expect(error).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needed and 1\.0\skB free.*DATA_DIR/),
    });
    expect(server.requests).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('of a disk that fills up meanwhile', async () => {
    await symlink('/dev/full', part());
    expect(await failure()).toMatchObject({ code: 'disk-full', message: expect.stringContaining('Make room') });
  });

  it('of a folder that cannot be made', async () => {
    await writeFile(path.join(data, 'file'), '');
    data = path.join(data, 'file', 'data');
    expect(await failure()).toMatchObject({ code: 'not-writable', message: expect.stringContaining('DATA_DIR') });
  });

  it('of a download that another process has begun', async () => {
    server.answers = [gives({ stallsAfter: half() })];
    const stop = new AbortController();
    const first = get({ signal: stop.signal });
    await expect.poll(() => existsSync(part())).toBe(true);
    expect(await failure()).toMatchObject({ code: 'busy', message: expect.stringContaining('Wait for that one') });
    stop.abort();
    await expect(first).rejects.toBeInstanceOf(DownloadStopped);
    await get();
    await expectWhole();
  });
});
