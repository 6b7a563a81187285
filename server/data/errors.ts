import path from 'node:path';
import { formatBytes } from '@/lib/format.ts';
import { type StorageFault, storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';
import { RedirectError } from './request.ts';
import { byHand, type DataSource, type Transfer } from './sources.ts';

/** Why something could not be fetched. */
export type DownloadFault =
  | 'unreachable'
  | 'http-status'
  | 'not-the-file'
  | 'broken-off'
  | 'stalled'
  | 'truncated'
  | 'wrong-checksum'
  | 'damaged'
  | 'disk-full'
  | 'not-writable'
  | 'busy';

/** A download that failed. The message says what happened and what to do. */
export class DownloadError extends Error {
  readonly code: DownloadFault;
  /** How to do without: where to get the file, and where to put it. */
  readonly byHand: string;

  constructor(code: DownloadFault, message: string, byHand: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.byHand = byHand;
  }
}

/** Someone stopped it. Not a failure: what has come so far is kept. */
export class DownloadStopped extends Error {}

/** What can go wrong with one source on its way into one folder, in words. */
export class Faults {
  private readonly folder: string;
  private readonly host: string;

  /** @param file what is downloaded, in the data folder */
  constructor(
    private readonly source: DataSource,
    file: string,
  ) {
    this.folder = path.dirname(file);
    this.host = new URL(source.url).host;
  }

  httpStatus(status: number): DownloadError {
    const isTheirs = status === 429 || status >= 500;
    const advice = isTheirs ? 'It has trouble of its own: try again later.' : 'The file may have moved.';
    return this.fault('http-status', `${this.host} answered ${status} for ${this.source.url}. ${advice}`);
  }

  notTheFile(isPage: boolean): DownloadError {
    const what = isPage
      ? 'a web page instead of the file, as networks do that want a sign-in and proxies that block. Open the address in a browser to see what it wants, then try again.'
      : 'something else instead of the file.';
    return this.fault('not-the-file', `${this.source.url} gives ${what}`);
  }

  stalled(milliseconds: number, transfer: Transfer): DownloadError {
    const seconds = Math.round(milliseconds / 1000);
    return this.fault(
      'stalled',
      `${this.host} sent nothing for ${seconds} s, after ${soFar(transfer)}. Try again: it goes on from there.`,
    );
  }

  /** @param what `ended after 5 bytes where 7 are due` */
  truncated(what: string): DownloadError {
    return this.fault('truncated', `The file is cut short: ${this.host} ${what}. What came was removed; try again.`);
  }

  wrongChecksum(actual: string): DownloadError {
    return this.fault(
      'wrong-checksum',
      `What ${this.host} sent is not the file that is due: its SHA-256 is ${actual}, where ${this.source.sha256} is due. ` +
        'It was removed; try again. If that repeats, something on the way alters it.',
    );
  }

  /** @param what in the file is wrong */
  damaged(what: string, cause?: unknown): DownloadError {
    return this.fault('damaged', `What ${this.host} sent is damaged: ${what}. It was removed; try again.`, cause);
  }

  /** @param bytes what is needed and what is free, where that was counted */
  diskFull(bytes?: { needed: number; free: number }): DownloadError {
    const figures = bytes ? `: ${formatBytes(bytes.needed)} are needed and ${formatBytes(bytes.free)} free` : '';
    return this.fault(
      'disk-full',
      `The disk of ${this.folder} is full${figures}. ${this.advice('full')} Then try again: it continues from where it is.`,
    );
  }

  busy(): DownloadError {
    return this.fault(
      'busy',
      `${this.source.title} is being downloaded into ${this.folder} by another process already. Wait for that one.`,
    );
  }

  /** Anything thrown while files are read and written; an error that is no fault of the storage is returned as it is. */
  ofFiles(error: unknown): unknown {
    const fault = storageFaultOf(error);
    if (fault === 'full') return this.diskFull();
    const { syscall = '', message } = (error ?? {}) as NodeJS.ErrnoException;
    if (fault === null || networkCalls.has(syscall)) return error;
    return this.fault('not-writable', `${this.folder} cannot be written: ${message}. ${this.advice(fault)}`, error);
  }

  private advice = (fault: StorageFault): string => storageAdvice(fault, this.folder, 'DATA_DIR');

  /**
   * Anything thrown while something is fetched into a file.
   * @param transfer how far it was, where a server had answered
   */
  ofConnection(error: unknown, transfer: Transfer | null): unknown {
    const known = this.ofFiles(error);
    if (known instanceof DownloadError) return known;
    if (known instanceof RedirectError) return this.fault('unreachable', `${known.message}.`, known);
    if (!(known instanceof Error && 'code' in known)) return known;
    return transfer
      ? this.fault(
          'broken-off',
          `The connection to ${this.host} broke off after ${soFar(transfer)}. Try again: it goes on from there.`,
          known,
        )
      : this.fault(
          'unreachable',
          `${this.host} cannot be reached (${known.code}). Is this machine online? Then try again.`,
          known,
        );
  }

  private fault(code: DownloadFault, message: string, cause?: unknown): DownloadError {
    return new DownloadError(code, message, byHand(this.source, this.folder), { cause });
  }
}

/** A firewall, too, says EACCES or EPERM. */
const networkCalls = new Set(['connect', 'getaddrinfo', 'read']);

const soFar = ({ bytes, total }: Transfer): string =>
  total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
