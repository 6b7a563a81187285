import path from 'node:path';
import { formatBytes } from '../../lib/format.ts';
import type { Transfer } from './download.ts';
import { RedirectError } from './request.ts';
import { byHand, type DataSource } from './sources.ts';

/** Why something could not be fetched. */
export type DownloadFault =
  | 'unreachable'
  | 'http-status'
  | 'not-the-file'
  | 'broken-off'
  | 'stalled'
  | 'truncated'
  | 'wrong-checksum'
  | 'archive-damaged'
  | 'disk-full'
  | 'not-writable'
  | 'busy';

/** A download that failed. The message says what happened and what to do. */
export class DownloadError extends Error {
  readonly code: DownloadFault;

  constructor(code: DownloadFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Someone stopped it. Not a failure: what has come so far is kept. */
export class DownloadStopped extends Error {}

/** What can go wrong with one source on its way into one folder, in words. */
export class Faults {
  private readonly folder: string;
  private readonly host: string;
  private readonly byHand: string;

  /** @param file what is downloaded, in the data folder */
  constructor(
    private readonly source: DataSource,
    file: string,
  ) {
    this.folder = path.dirname(file);
    this.host = new URL(source.url).host;
    this.byHand = byHand(source, this.folder);
  }

  httpStatus(status: number): DownloadError {
    const isTheirs = status === 429 || status >= 500;
    const advice = isTheirs ? 'It has trouble of its own: try again later.' : 'The file may have moved.';
    return new DownloadError(
      'http-status',
      `${this.host} answered ${status} for ${this.source.url}. ${advice} ${this.byHand}`,
    );
  }

  notTheFile(isPage: boolean): DownloadError {
    const what = isPage
      ? 'a web page instead of the file, as networks do that want a sign-in and proxies that block. Open the address in a browser to see what it wants, then try again.'
      : 'something else instead of the file.';
    return new DownloadError('not-the-file', `${this.source.url} gives ${what} ${this.byHand}`);
  }

  stalled(milliseconds: number, transfer: Transfer): DownloadError {
    return new DownloadError(
      'stalled',
      `${this.host} sent nothing for ${Math.round(milliseconds / 1000)} s, after ${soFar(transfer)}. Try again: it goes on from there.`,
    );
  }

  /** @param what `ended after 5 bytes where 7 are due` */
  truncated(what: string): DownloadError {
    return new DownloadError(
      'truncated',
      `The file is cut short: ${this.host} ${what}. What came was removed; try again. ${this.byHand}`,
    );
  }

  wrongChecksum(actual: string): DownloadError {
    return new DownloadError(
      'wrong-checksum',
      `What ${this.host} sent is not the file that is due: its SHA-256 is ${actual}, where ${this.source.sha256} is due. ` +
        `It was removed; try again. If that repeats, something on the way alters it. ${this.byHand}`,
    );
  }

  /** @param what in the archive is wrong */
  damaged(what: string, cause?: unknown): DownloadError {
    return new DownloadError(
      'archive-damaged',
      `What ${this.host} sent is damaged: ${what}. It was removed; try again. ${this.byHand}`,
      { cause },
    );
  }

  /** @param bytes what is needed and what is free, where that was counted */
  diskFull(bytes?: { needed: number; free: number }): DownloadError {
    const figures = bytes && `: ${formatBytes(bytes.needed)} are needed and ${formatBytes(bytes.free)} free`;
    return new DownloadError(
      'disk-full',
      `The disk of ${this.folder} is full${figures ?? ''}. Make room, or set DATA_DIR to a folder on another disk; then try again: it goes on from where it is.`,
    );
  }

  busy(): DownloadError {
    return new DownloadError(
      'busy',
      `${this.source.title} is being downloaded into ${this.folder} by another process already. Wait for that one.`,
    );
  }

  /** Anything thrown while files are read and written; what is not the folder's or the disk's fault stays as it is. */
  ofFiles(error: unknown): unknown {
    const { code = '', syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
    if (fullCodes.has(code)) return this.diskFull();
    return folderCodes.has(code) && !networkCalls.has(syscall) ? this.notWritable(error as Error) : error;
  }

  /**
   * Anything thrown while something is fetched into a file.
   * @param transfer how far it was, where a server had answered
   */
  ofConnection(error: unknown, transfer: Transfer | null): unknown {
    const known = this.ofFiles(error);
    const isConnection = known instanceof RedirectError || (known instanceof Error && 'code' in known);
    if (known instanceof DownloadError || !isConnection) return known;
    if (!transfer) return this.unreachable(known as NodeJS.ErrnoException);
    return new DownloadError(
      'broken-off',
      `The connection to ${this.host} broke off after ${soFar(transfer)}. Try again: it goes on from there.`,
      { cause: known },
    );
  }

  private notWritable(cause: Error): DownloadError {
    return new DownloadError(
      'not-writable',
      `${this.folder} cannot be written: ${cause.message}. Mend that, or set DATA_DIR to another folder.`,
      { cause },
    );
  }

  private unreachable(cause: NodeJS.ErrnoException): DownloadError {
    const why =
      cause instanceof RedirectError
        ? `${cause.message}.`
        : `${this.host} cannot be reached (${cause.code ?? cause.message}). Is this machine online? Then try again.`;
    return new DownloadError('unreachable', `${why} ${this.byHand}`, { cause });
  }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT']);
const folderCodes = new Set(
  'EACCES EPERM EROFS ENOENT ENOTDIR EISDIR EEXIST EIO SQLITE_CANTOPEN SQLITE_READONLY'.split(' '),
);
/** A firewall, too, says EACCES or EPERM. */
const networkCalls = new Set(['connect', 'getaddrinfo', 'read']);

const soFar = ({ bytes, total }: Transfer): string =>
  total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
