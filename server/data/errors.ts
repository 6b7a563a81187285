import path from 'node:path';
import { formatBytes } from '@/lib/format.ts';
import { type StorageFault, storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';
import { RedirectError } from './request.ts';
import { type DataSource, manualSteps, type Transfer } from './sources.ts';

/** Why a download failed. */
export type DownloadErrorCode =
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
  readonly code: DownloadErrorCode;
  /** Instructions for a manual download: where to get the file and where to put it. */
  readonly manualSteps: string;

  constructor(code: DownloadErrorCode, message: string, manualSteps: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.manualSteps = manualSteps;
  }
}

/** The user stopped the download. Not a failure: the bytes received so far are kept. */
export class DownloadStopped extends Error {}

/** Creates the errors of one source's download into one folder. */
export class DownloadErrors {
  private readonly folder: string;
  private readonly host: string;

  /** @param file the downloaded file's path in the data folder */
  constructor(
    private readonly source: DataSource,
    file: string,
  ) {
    this.folder = path.dirname(file);
    this.host = new URL(source.url).host;
  }

  httpStatus(status: number): DownloadError {
    const isTemporary = status === 429 || status >= 500;
    const advice = isTemporary ? 'The server is overloaded or failing; try again later.' : 'The file may have moved.';
    return this.create('http-status', `${this.host} answered ${status} for ${this.source.url}. ${advice}`);
  }

  unexpectedContent(isHtml: boolean): DownloadError {
    const what = isHtml
      ? 'a web page instead of the file. Networks that require a sign-in and blocking proxies do that: open the address in a browser to see what is needed, then try again.'
      : 'something other than the expected file. If the address is a mirror, check it.';
    return this.create('not-the-file', `${this.source.url} returned ${what}`);
  }

  stalled(milliseconds: number, transfer: Transfer): DownloadError {
    const seconds = Math.round(milliseconds / 1000);
    return this.create(
      'stalled',
      `${this.host} sent nothing for ${seconds} s after ${formatTransfer(transfer)}. Try again to resume the download.`,
    );
  }

  /** @param what continues the host's name: `sent only 5 of 7 bytes` */
  truncated(what: string): DownloadError {
    return this.create('truncated', `The file is truncated: ${this.host} ${what}. It was removed; try again.`);
  }

  wrongChecksum(actual: string): DownloadError {
    return this.create(
      'wrong-checksum',
      `The file from ${this.host} is not the expected one: its SHA-256 is ${actual} instead of ${this.source.sha256}. ` +
        'It was removed; try again. If this repeats, something between here and the server alters the file.',
    );
  }

  /** @param what describes the damage */
  damaged(what: string, cause?: unknown): DownloadError {
    return this.create('damaged', `The file from ${this.host} is damaged: ${what}. It was removed; try again.`, cause);
  }

  /** @param bytes needed and free space, if known */
  diskFull(bytes?: { needed: number; free: number }): DownloadError {
    const figures = bytes ? `: ${formatBytes(bytes.needed)} needed, ${formatBytes(bytes.free)} free` : '';
    return this.create(
      'disk-full',
      `The disk of ${this.folder} is full${figures}. ${this.advice('full')} Then try again to resume the download.`,
    );
  }

  busy(): DownloadError {
    return this.create(
      'busy',
      `Another process is already downloading ${this.source.title} into ${this.folder}. Wait until it finishes.`,
    );
  }

  /** Converts errors of the folder or the disk; returns any other error unchanged. */
  fromFileError(error: unknown): unknown {
    const fault = storageFaultOf(error);
    if (fault === 'full') return this.diskFull();
    const { syscall = '', message } = (error ?? {}) as NodeJS.ErrnoException;
    if (fault === null || networkCalls.has(syscall)) return error;
    return this.create('not-writable', `${this.folder} is not writable: ${message}. ${this.advice(fault)}`, error);
  }

  private advice = (fault: StorageFault): string => storageAdvice(fault, this.folder, 'DATA_DIR');

  /**
   * Converts errors of the connection, the folder or the disk; returns any other error unchanged.
   * @param transfer progress of the download; null if the server has not answered
   */
  fromConnectionError(error: unknown, transfer: Transfer | null): unknown {
    const known = this.fromFileError(error);
    if (known instanceof DownloadError) return known;
    if (known instanceof RedirectError) return this.create('unreachable', `${known.message}.`, known);
    if (!(known instanceof Error && 'code' in known)) return known;
    return transfer
      ? this.create(
          'broken-off',
          `The connection to ${this.host} was lost after ${formatTransfer(transfer)}. Try again to resume the download.`,
          known,
        )
      : this.create(
          'unreachable',
          `${this.host} cannot be reached (${known.code}). Check that this machine is online, then try again.`,
          known,
        );
  }

  private create(code: DownloadErrorCode, message: string, cause?: unknown): DownloadError {
    return new DownloadError(code, message, manualSteps(this.source, this.folder), { cause });
  }
}

/** Failures of these system calls are network errors: firewalls, too, cause EACCES or EPERM. */
const networkCalls = new Set(['connect', 'getaddrinfo', 'read']);

const formatTransfer = ({ bytes, total }: Transfer): string =>
  total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
