import path from 'node:path';
import { z } from 'zod';

/** Decoded own images in the cache folder: two files, named after the folder's fingerprint. */

/** What stands beside the pixels. */
export const decodedFactsSchema = z.object({
  /** Images. */
  train: z.number().int().nonnegative(),
  test: z.number().int().nonnegative(),
  /** Found in the folder, but not to be read. */
  skipped: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type DecodedFacts = z.infer<typeof decodedFactsSchema>;

/** Counts up when images are decoded in another way. */
const decoding = 1;

export function decodedFiles(cache: string, fingerprint: string): { facts: string; images: string } {
  const file = path.join(cache, `images-${decoding}-${fingerprint.slice(0, 16)}`);
  return { facts: `${file}.json`, images: `${file}.bin` };
}
