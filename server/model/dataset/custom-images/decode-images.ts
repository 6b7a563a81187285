import { readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { CustomFolder, SkippedFile } from '@/lib/data/custom-images.ts';
import type { OnRead } from '@/server/model/dataset/dataset.ts';
import { emptyImages, type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import { decodeImage, UnreadableImage } from './decode-image.ts';
import { type DecodedFacts, decodedFactsSchema, decodedFiles } from './decoded-files.ts';

/** Images are decoded this many at a time, in the threads that Node keeps for such work. */
const atOnce = 8;

export interface DecodedImages {
  train: ImageSet;
  test: ImageSet;
  /** What could not be read. */
  skipped: SkippedFile[];
}

/** Decodes every image of a folder, or takes them from the cache, where they lie as long as no file has changed. */
export async function decodeImages(
  listed: Extract<CustomFolder, { format: 'images' }>,
  cache: string,
  onRead: OnRead,
): Promise<DecodedImages> {
  const files = decodedFiles(cache, listed.fingerprint);
  const kept = await readKept(files);
  if (kept) return kept;
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
    for (let at = 0; at < part.length; at += atOnce) {
      const batch = await Promise.all(part.slice(at, at + atOnce).map(decode));
      decoded.push(...batch.filter((each) => each !== null));
      done += batch.length;
      await onRead(done, total);
    }
    sets.push(together(decoded));
  }
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1));
  const [train, test] = sets as [ImageSet, ImageSet];
  await keep(files, { train, test, skipped });
  return { train, test, skipped };
}

function together(decoded: readonly { label: number; pixels: Uint8Array }[]): ImageSet {
  const images = emptyImages(decoded.length);
  for (const [at, { label, pixels }] of decoded.entries()) {
    images.labels[at] = label;
    images.pixels.set(pixels, at * imageBytes);
  }
  return images;
}

type Files = ReturnType<typeof decodedFiles>;

/** First the pixels: where the facts are, all is there. */
async function keep({ facts, images }: Files, { train, test, skipped }: DecodedImages): Promise<void> {
  await writeAtomically(images, Buffer.concat([train.labels, train.pixels, test.labels, test.pixels]));
  const told: DecodedFacts = { train: train.count, test: test.count, skipped };
  await writeAtomically(facts, JSON.stringify(told));
}

/** Null where they are not there, or not whole. */
async function readKept(files: Files): Promise<DecodedImages | null> {
  const text = await readFile(files.facts, 'utf8').catch(() => null);
  const bytes = text === null ? null : await readFile(files.images).catch(() => null);
  if (text === null || bytes === null) return null;
  const { train, test, skipped } = decodedFactsSchema.parse(JSON.parse(text));
  if (bytes.length !== (train + test) * (1 + imageBytes)) return null;
  // What was not used for longest goes first.
  const now = new Date();
  await Promise.all([files.facts, files.images].map((file) => utimes(file, now, now)));
  const take = (count: number, from: number): ImageSet => {
    const images = emptyImages(count);
    images.labels.set(bytes.subarray(from, from + count));
    images.pixels.set(bytes.subarray(from + count, from + count * (1 + imageBytes)));
    return images;
  };
  return { train: take(train, 0), test: take(test, train * (1 + imageBytes)), skipped };
}
