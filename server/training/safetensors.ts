import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { replaceWhole } from './export/write-whole.ts';

/**
 * Files of named tensors in the format of safetensors (https://github.com/huggingface/safetensors#format): the length of
 * a header in eight bytes, the header in JSON, then the numbers, all little-endian.
 */

export interface Tensors {
  /** Free text by name. */
  metadata: Record<string, string>;
  /** Flat, by name. */
  tensors: Map<string, Float32Array>;
}

/** A tensor in the header: where its bytes lie in what follows. */
const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int()),
  data_offsets: z.tuple([z.number().int(), z.number().int()]),
});
const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()) }).catchall(entrySchema);

const lengthBytes = 8;

/** Replaces the file. It has to outlive this process, not a power cut, so nothing waits for the disk: 2 ms for a megabyte. */
export async function writeSafetensors(file: string, { metadata, tensors }: Tensors): Promise<void> {
  const entries: Record<string, z.infer<typeof entrySchema>> = {};
  let end = 0;
  for (const [name, { length, byteLength }] of tensors) {
    entries[name] = { dtype: 'F32', shape: [length], data_offsets: [end, end + byteLength] };
    end += byteLength;
  }
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...entries }));
  // The numbers begin at a multiple of eight; the format fills up with spaces.
  const text = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(text);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(text.length));
  const numbers = [...tensors.values()].map((data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  await replaceWhole(file, (temporary) => writeFile(temporary, Buffer.concat([length, text, ...numbers])));
}

/** @throws Error where there is no such file, it is another format, or cut short */
export async function readSafetensors(file: string): Promise<Tensors> {
  const bytes = await readFile(file);
  const start = lengthBytes + Number(bytes.readBigUInt64LE());
  const { __metadata__: metadata, ...entries } = headerSchema.parse(
    JSON.parse(bytes.toString('utf8', lengthBytes, start)),
  );
  const tensors = new Map<string, Float32Array>();
  for (const [name, { data_offsets }] of Object.entries(entries)) {
    const [from, to] = data_offsets;
    if (start + to > bytes.length) throw new Error(`${file} is cut short.`);
    // A copy, because the place in the file may be none that a Float32Array can lie at.
    tensors.set(name, new Float32Array(new Uint8Array(bytes.subarray(start + from, start + to)).buffer));
  }
  return { metadata, tensors };
}
