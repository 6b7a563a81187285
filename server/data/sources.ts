import path from 'node:path';
import {
  cifar10Files,
  type DataPart,
  partTitle,
  standInBytes,
  standInSize,
  weightsFileName,
  weightsFolderUrl,
  weightsPart,
} from '@/lib/data/data-files.ts';

/** Where a part of the data comes from, what is known of it beforehand, and what becomes of it. */
export interface DataSource {
  part: DataPart;
  title: string;
  url: string;
  /** What is downloaded, by its name in the data folder. */
  fileName: string;
  /** How every such file begins. */
  signature: Buffer;
  /** Of what is downloaded; null where nobody told. */
  bytes: number | null;
  sha256: string | null;
  /** What the images are called whose checksum this is; null where it does not tell. */
  provenance: string | null;
  /** What the archive is unpacked to; null for a file that is used as it is. */
  unpacked: Unpacked | null;
}

/** Of all that an archive holds, these files of this size, which lie in this folder within it. */
export interface Unpacked {
  folder: string;
  files: readonly string[];
  fileBytes: number;
}

/** Mirrors, as the environment names them; null takes the official source. */
export interface SourceSettings {
  cifar10Url: string | null;
  /** Of what that URL gives, where it is not the official archive. */
  cifar10Sha256: string | null;
  /** A folder with Keras' weights files under their own names. */
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
  const isKnown = weightsUrl === null && part === weightsPart(standInSize);
  return {
    part,
    title: partTitle(part),
    fileName,
    signature: hdf5Signature,
    sha256: null,
    provenance: null,
    unpacked: null,
    url: new URL(fileName, (weightsUrl ?? weightsFolderUrl).replace(/\/*$/, '/')).href,
    bytes: isKnown ? standInBytes : null,
  };
}

/** What to do where it cannot be fetched from here. */
export function byHand({ url, unpacked }: DataSource, dataFolder: string): string {
  if (!unpacked) return `By hand: download ${url} into ${dataFolder}.`;
  const { folder, files } = unpacked;
  return `By hand: download ${url} and unpack it so that ${path.join(dataFolder, folder)} holds ${files.join(', ')}.`;
}

/** How far a download is. */
export interface Transfer {
  bytes: number;
  /** Null where the server does not say. */
  total: number | null;
}
