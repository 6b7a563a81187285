import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Decoded custom images in the cache folder: two files, named after the folder's fingerprint. */

/** The JSON file that describes the file with the pixels. */
const decodedFactsSchema = z.object({
  /** Number of images. */
  train: z.number().int().nonnegative(),
  test: z.number().int().nonnegative(),
  /** Image files that could not be read. */
  skipped: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type DecodedFacts = z.infer<typeof decodedFactsSchema>;

/** Increase when images are decoded differently. */
const decodingVersion = 1;

export function decodedFiles(cache: string, fingerprint: string): { facts: string; images: string } {
  const file = path.join(cache, `images-${decodingVersion}-${fingerprint.slice(0, 16)}`);
  return { facts: `${file}.json`, images: `${file}.bin` };
}

/** Reads the facts; null if they are missing or damaged. */
export async function readDecodedFacts(file: string): Promise<DecodedFacts | null> {
  try {
    return decodedFactsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
