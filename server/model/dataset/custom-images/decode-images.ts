import { readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { CustomFolder, SkippedFile } from '@/lib/data/custom-images.ts';
import type { OnRead } from '@/server/model/dataset/dataset.ts';
import { emptyImages, type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import { decodeImage, UnreadableImage } from './decode-image.ts';
import { type DecodedFacts, decodedFiles, readDecodedFacts } from './decoded-files.ts';

/** Number of images decoded in parallel, in Node's thread pool. */
const parallelDecodes = 8;

export interface DecodedImages {
  train: ImageSet;
  test: ImageSet;
  /** Files that could not be read. */
  skipped: SkippedFile[];
}

/** Decodes every image of a folder, or reads them from the cache if no file has changed since. */
export async function decodeImages(
  listed: Extract<CustomFolder, { format: 'images' }>,
  cache: string,
  onRead: OnRead,
): Promise<DecodedImages> {
  const files = decodedFiles(cache, listed.fingerprint);
  const cached = await readCached(files);
  if (cached) return cached;
  const parts = (['train', 'test'] as const).map((part) =>
    listed.classes.flatMap((each, label) => each[part].map((file) => ({ file, label }))),
  );
  const total = parts.flat().length;
  const skipped: SkippedFile[] = [];
  let done = 0;
  const decode = async ({ file, label }: { file: string; label: number }) => {
    try {
      return { label, pixels: await decodeImage(path.join(listed.folder, file)) };
    } catch (error) {
      if (!(error instanceof UnreadableImage)) throw error;
      skipped.push({ file, reason: error.message });
      return null;
    }
  };
  const sets: ImageSet[] = [];
  for (const part of parts) {
    const decoded: { label: number; pixels: Uint8Array }[] = [];
    for (let at = 0; at < part.length; at += parallelDecodes) {
      const batch = await Promise.all(part.slice(at, at + parallelDecodes).map(decode));
      decoded.push(...batch.filter((each) => each !== null));
      done += batch.length;
      await onRead(done, total);
    }
    sets.push(toImageSet(decoded));
  }
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1));
  const [train, test] = sets as [ImageSet, ImageSet];
  await writeCache(files, { train, test, skipped });
  return { train, test, skipped };
}

function toImageSet(decoded: readonly { label: number; pixels: Uint8Array }[]): ImageSet {
  const images = emptyImages(decoded.length);
  for (const [at, { label, pixels }] of decoded.entries()) {
    images.labels[at] = label;
    images.pixels.set(pixels, at * imageBytes);
  }
  return images;
}

type Files = ReturnType<typeof decodedFiles>;

/** Writes the pixels first, so that the facts exist only if everything is complete. */
async function writeCache(files: Files, { train, test, skipped }: DecodedImages): Promise<void> {
  await writeAtomically(files.images, Buffer.concat([train.labels, train.pixels, test.labels, test.pixels]));
  const facts: DecodedFacts = { train: train.count, test: test.count, skipped };
  await writeAtomically(files.facts, JSON.stringify(facts));
}

/** Null if the files are missing, incomplete or damaged. */
async function readCached(files: Files): Promise<DecodedImages | null> {
  const facts = await readDecodedFacts(files.facts);
  const bytes = facts && (await readFile(files.images).catch(() => null));
  if (!facts || !bytes) return null;
  const { train, test, skipped } = facts;
  if (bytes.length !== (train + test) * (1 + imageBytes)) return null;
  // Marks the files as used: the cache removes the least recently used ones first.
  const now = new Date();
  await Promise.allSettled([files.facts, files.images].map((file) => utimes(file, now, now)));
  const imagesAt = (from: number, count: number): ImageSet => {
    const images = emptyImages(count);
    images.labels.set(bytes.subarray(from, from + count));
    images.pixels.set(bytes.subarray(from + count, from + count * (1 + imageBytes)));
    return images;
  };
  return { train: imagesAt(0, train), test: imagesAt(train * (1 + imageBytes), test), skipped };
}
