import path from 'node:path';
import {
  cifar10Files,
  type DataPart,
  fallbackBytes,
  fallbackSize,
  partTitle,
  weightsFileName,
  weightsFolderUrl,
  weightsPart,
} from '@/lib/data/data-files.ts';

/** Where to download a part of the data, how to verify it and what to do with the file. */
export interface DataSource {
  part: DataPart;
  title: string;
  url: string;
  /** Name of the downloaded file in the data folder. */
  fileName: string;
  /** First bytes of a valid file. */
  signature: Buffer;
  /** Size of the download; null if unknown. */
  bytes: number | null;
  /** Checksum of the download; null if unknown. */
  sha256: string | null;
  /** Name of the images that the checksum identifies; null if it identifies none. */
  provenance: string | null;
  /** What to extract from the archive; null for a file that is used unchanged. */
  unpacked: Unpacked | null;
}

/** The files to extract from an archive: their folder in it, their names and their common size. */
export interface Unpacked {
  folder: string;
  files: readonly string[];
  fileBytes: number;
}

/** Mirrors set in the environment; null selects the official source. */
export interface SourceSettings {
  cifar10Url: string | null;
  /** SHA-256 of the mirror's file, if it is not the official archive. */
  cifar10Sha256: string | null;
  /** URL of a folder with Keras' weights files under their original names. */
  weightsUrl: string | null;
}

const gzipSignature = Buffer.from([0x1f, 0x8b]);
export const hdf5Signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

export function sourceOf(part: DataPart, settings: SourceSettings): DataSource {
  return part === 'cifar10' ? cifar10Source(settings) : weightsSource(part, settings);
}

function cifar10Source({ cifar10Url, cifar10Sha256 }: SourceSettings): DataSource {
  const { folder, train, test, fileBytes, url, archiveBytes, archiveSha256 } = cifar10Files;
  const sha256 = cifar10Sha256 ?? archiveSha256;
  return {
    part: 'cifar10',
    title: partTitle('cifar10'),
    url: cifar10Url ?? url,
    sha256,
    signature: gzipSignature,
    fileName: 'cifar-10-binary.tar.gz',
    ...(sha256 === archiveSha256
      ? { bytes: archiveBytes, provenance: 'CIFAR-10, official' }
      : { bytes: null, provenance: null }),
    unpacked: { folder, files: [...train, test], fileBytes },
  };
}

function weightsSource(part: DataPart, { weightsUrl }: SourceSettings): DataSource {
  const fileName = weightsFileName(Number(part.replace('weights-', '')));
  const isKnown = weightsUrl === null && part === weightsPart(fallbackSize);
  return {
    part,
    title: partTitle(part),
    fileName,
    signature: hdf5Signature,
    sha256: null,
    provenance: null,
    unpacked: null,
    url: new URL(fileName, (weightsUrl ?? weightsFolderUrl).replace(/\/*$/, '/')).href,
    bytes: isKnown ? fallbackBytes : null,
  };
}

/** Instructions for a manual download. */
export function manualSteps({ url, unpacked }: DataSource, dataFolder: string): string {
  if (!unpacked) return `By hand: download ${url} into ${dataFolder}.`;
  const { folder, files } = unpacked;
  return `By hand: download ${url} and unpack it so that ${path.join(dataFolder, folder)} contains ${files.join(', ')}.`;
}

/** Progress of a download. */
export interface Transfer {
  bytes: number;
  /** Null if the server does not state it. */
  total: number | null;
}
