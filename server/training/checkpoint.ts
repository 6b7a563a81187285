import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TrainerError } from './errors.ts';
import { replaceWhole } from './export/write-whole.ts';
import type { Parameters } from './network/head.ts';

/**
 * What is left of a run when its process is gone: the weights of the last whole epoch and of the best one. The file is
 * in the format of safetensors (https://github.com/huggingface/safetensors#format): the length of a header, the header
 * in JSON, then the numbers, all little-endian. Tensors are called `last/…` and `best/…`.
 */

/** Where training stands after a whole epoch. */
interface EpochState {
  stage: 1 | 2;
  /** From 1, within the stage, as is the best. */
  epoch: number;
  bestEpoch: number;
}

export interface Checkpoint extends EpochState {
  /** The head, and in stage 2 the trained kernels, by name: after `epoch`. */
  last: Parameters;
  /** The same after `bestEpoch`. */
  best: Parameters;
}

/** A tensor in the header: where its bytes lie in what follows. */
interface Entry {
  dtype: 'F32';
  shape: [number];
  data_offsets: [start: number, end: number];
}
type Header = { __metadata__: { state: string } } & Record<string, Entry>;

/** In the run's own folder. */
export const checkpointFile = (runFolder: string): string => path.join(runFolder, 'checkpoint.safetensors');

/** Replaces the checkpoint. It has to outlive this process, not a power cut, so nothing waits for the disk: 2 ms for a head. */
export async function writeCheckpoint(file: string, { last, best, ...state }: Checkpoint): Promise<void> {
  const tensors = named('last', last);
  if (state.bestEpoch !== state.epoch) tensors.push(...named('best', best));
  const header: Record<string, Entry | Header['__metadata__']> = { __metadata__: { state: JSON.stringify(state) } };
  let end = 0;
  for (const [name, { length, byteLength }] of tensors) {
    header[name] = { dtype: 'F32', shape: [length], data_offsets: [end, end + byteLength] };
    end += byteLength;
  }
  const json = JSON.stringify(header);
  // The format wants the numbers to begin at a multiple of eight.
  const text = Buffer.from(json.padEnd(json.length + (-Buffer.byteLength(json) & 7)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const numbers = tensors.map(
    ([, { buffer, byteOffset, byteLength }]) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  await replaceWhole(file, (temporary) => writeFile(temporary, Buffer.concat([length, text, ...numbers])));
}

const named = (group: string, parameters: Parameters): [string, Float32Array][] =>
  [...parameters].map(([name, values]) => [`${group}/${name}`, values]);

/** @throws TrainerError `checkpoint-missing`, `checkpoint-damaged` */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new TrainerError('checkpoint-missing', 'The weights of this run’s last whole epoch were not kept.', {
      cause,
    });
  });
  try {
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__, ...entries } = JSON.parse(bytes.toString('utf8', 8, start)) as Header;
    const state = JSON.parse(__metadata__.state) as EpochState;
    const group = (prefix: string): Parameters =>
      new Map(
        Object.entries(entries as Record<string, Entry>)
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, { data_offsets }]) => [name.slice(prefix.length), numbersAt(bytes, start, data_offsets)]),
      );
    const last = group('last/');
    return { ...state, last, best: state.bestEpoch === state.epoch ? last : group('best/') };
  } catch (cause) {
    throw new TrainerError('checkpoint-damaged', `${file} is no whole checkpoint: delete it and train again.`, {
      cause,
    });
  }
}

function numbersAt(bytes: Buffer, base: number, [start, end]: Entry['data_offsets']): Float32Array {
  if (base + end > bytes.length) throw new RangeError('cut short');
  // A copy, because the place in the file may be none that Float32Array can lie at.
  return new Float32Array(new Uint8Array(bytes.subarray(base + start, base + end)).buffer);
}
