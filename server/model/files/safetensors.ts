import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { replaceAtomically } from './write-atomically.ts';

/**
 * Files of named tensors in the safetensors format (https://github.com/huggingface/safetensors#format): eight bytes with
 * the length of the header, the header as JSON, then the numbers, all little-endian.
 */

export interface Tensors {
  /** Free text by key. */
  metadata: Record<string, string>;
  /** Flat tensors by name. */
  tensors: Map<string, Float32Array>;
}

/** A tensor's entry in the header. The offsets are relative to the end of the header. */
const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int()),
  data_offsets: z.tuple([z.number().int(), z.number().int()]),
});
const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()) }).catchall(entrySchema);

const lengthBytes = 8;

/** Metadata key of the SHA-256 of the rest of the file. */
const checksumName = 'sha256';

/** Writes a file atomically. */
export async function writeSafetensors(file: string, { metadata, tensors }: Tensors): Promise<void> {
  const entries: Record<string, z.infer<typeof entrySchema>> = {};
  let end = 0;
  for (const [name, { length, byteLength }] of tensors) {
    entries[name] = { dtype: 'F32', shape: [length], data_offsets: [end, end + byteLength] };
    end += byteLength;
  }
  const numbers = [...tensors.values()].map((data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const metadataWithChecksum = { ...metadata, [checksumName]: checksumOf({ metadata, entries }, numbers) };
  const json = Buffer.from(JSON.stringify({ __metadata__: metadataWithChecksum, ...entries }));
  // The format pads the header with spaces, so that the numbers begin at a multiple of eight bytes.
  const text = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(text);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(text.length));
  const bytes = Buffer.concat([length, text, ...numbers]);
  await replaceAtomically(file, (temporary) => writeFile(temporary, bytes, { flush: true }));
}

function checksumOf(header: object, numbers: Uint8Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(header));
  for (const part of numbers) hash.update(part);
  return hash.digest('hex');
}

/** @throws Error if the file is missing, truncated, modified, or in another format */
export async function readSafetensors(file: string): Promise<Tensors> {
  const bytes = await readFile(file);
  const start = lengthBytes + Number(bytes.readBigUInt64LE());
  const { __metadata__: metadataWithChecksum, ...entries } = headerSchema.parse(
    JSON.parse(bytes.toString('utf8', lengthBytes, start)),
  );
  const { [checksumName]: checksum, ...metadata } = metadataWithChecksum;
  if (checksum !== checksumOf({ metadata, entries }, [bytes.subarray(start)])) {
    throw new Error(`${file} is damaged or was modified: its checksum does not match.`);
  }
  const tensors = new Map<string, Float32Array>();
  for (const [name, { data_offsets }] of Object.entries(entries)) {
    const [from, to] = data_offsets;
    // A copy, because the offset in the file may not be aligned for a Float32Array.
    tensors.set(name, new Float32Array(new Uint8Array(bytes.subarray(start + from, start + to)).buffer));
  }
  return { metadata, tensors };
}
