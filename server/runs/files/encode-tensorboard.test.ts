import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { encodeTensorboard } from './encode-tensorboard.ts';

const at = Date.UTC(2026, 10, 24, 8, 15, 30);
const epoch = (stage: 1 | 2, number: number, accuracy: number, val_loss: number | null): RunEventOf<'epoch'> => ({
  type: 'epoch',
  at: at + 1500 * number,
  stage,
  epoch: number,
  epochs: 2,
  seconds: 1.5,
  imagesPerSecond: 300,
  metrics: { accuracy, loss: 1.25, val_accuracy: accuracy - 0.125, val_loss, learning_rate: 0.001 },
});
const evaluated = {
  type: 'evaluated',
  at: at + 9000,
  metrics: { test_end2end: 0.75, test_tta: 0.78125, test_loss: null },
} as RunEventOf<'evaluated'>;
const events: RunEvent[] = [epoch(1, 1, 0.5, 2), epoch(1, 2, 0.625, null), epoch(2, 1, 0.75, 1), evaluated];

/** Bitwise CRC-32C, independent of the table-based implementation under test. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}

/** TFRecord's masked CRC, computed with BigInt. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = BigInt(crc32c(bytes));
  return Number((((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn);
}

/** Reads all records of a file and verifies their checksums. */
function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** Reads the raw fields of a protobuf message by number: https://protobuf.dev/programming-guides/encoding. */
function readFields(message: Buffer): Map<number, (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  const take = (bytes: number) => {
    at += bytes;
    return message.subarray(at - bytes, at);
  };
  while (at < message.length) {
    const key = varint();
    const read = { 0: varint, 1: () => take(8), 2: () => take(varint()), 5: () => take(4) }[key & 7]!;
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), read()]);
  }
  return fields;
}

function readEvent(record: Buffer) {
  const fields = readFields(record);
  const summary = fields.get(5)?.[0] as Buffer | undefined;
  const values = summary ? ((readFields(summary).get(1) ?? []) as Buffer[]).map(readFields) : [];
  return {
    wallTime: (fields.get(1)![0] as Buffer).readDoubleLE(),
    step: (fields.get(2)?.[0] as number | undefined) ?? 0,
    version: fields.get(3)?.[0]?.toString(),
    scalars: Object.fromEntries(
      values.map((value) => [String(value.get(1)![0]), (value.get(2)![0] as Buffer).readFloatLE()]),
    ),
  };
}

describe('the event files', () => {
  const files = encodeTensorboard(events);
  const records = new Map([...files].map(([name, file]) => [name.split('/')[0], readRecords(file).map(readEvent)]));

  it('have names that TensorBoard recognizes', () => {
    expect([...files.keys()]).toEqual([
      `train/events.out.tfevents.${at / 1000 + 1}.transfer-lab`,
      `validation/events.out.tfevents.${at / 1000 + 1}.transfer-lab`,
      `test/events.out.tfevents.${at / 1000 + 9}.transfer-lab`,
    ]);
  });

  it('begin with their version and contain every metric, with epochs counted across both stages', () => {
    const [version, ...train] = records.get('train')!;
    expect(version).toEqual({ wallTime: at / 1000 + 1.5, step: 0, version: 'brain.Event:2', scalars: {} });
    expect(train.map(({ step, wallTime }) => [step, wallTime - at / 1000])).toEqual([
      [1, 1.5],
      [2, 3],
      [3, 1.5],
    ]);
    expect(train[0]!.scalars).toEqual({
      epoch_accuracy: 0.5,
      epoch_loss: 1.25,
      epoch_images_per_second: 300,
      epoch_learning_rate: Math.fround(0.001),
    });
    // Missing numbers are omitted.
    expect(records.get('validation')!.map(({ scalars }) => scalars)).toEqual([
      {},
      { epoch_accuracy: 0.375, epoch_loss: 2 },
      { epoch_accuracy: 0.5 },
      { epoch_accuracy: 0.625, epoch_loss: 1 },
    ]);
    expect(records.get('test')!.at(-1)).toMatchObject({
      step: 3,
      scalars: { final_accuracy: 0.75, final_accuracy_tta: 0.78125 },
    });
  });

  it('contain the last evaluation of an extended run, at the epoch that preceded it', () => {
    const metrics = { ...evaluated.metrics, test_end2end: 0.875, test_tta: 0.9375 };
    const extended: RunEvent[] = [...events, epoch(2, 2, 0.8125, 0.5), { ...evaluated, metrics }];
    const testOf = (list: RunEvent[]) => {
      const files = [...encodeTensorboard(list)].filter(([name]) => name.startsWith('test/'));
      return files.flatMap(([, file]) => readRecords(file).map(readEvent).slice(1));
    };
    expect(testOf(extended)).toMatchObject([
      { step: 4, scalars: { final_accuracy: 0.875, final_accuracy_tta: 0.9375 } },
    ]);
    expect(testOf(extended.slice(0, -1))).toMatchObject([{ step: 3, scalars: { final_accuracy: 0.75 } }]);
  });

  it('are not created for a run without an epoch', () => {
    expect(encodeTensorboard([{ type: 'completed', at }]).size).toBe(0);
  });

  const python = process.env.KERAS2_PYTHON;
  if (!python && process.env.REQUIRE_PYTHON) throw new Error('REQUIRE_PYTHON needs KERAS2_PYTHON');
  it.skipIf(!python)(
    `can be read by TensorBoard${python ? '' : ' (skipped: needs TensorFlow, see tools/python/check-tensorboard.py)'}`,
    async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'tensorboard-'));
      for (const [name, file] of files) {
        await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
        await writeFile(path.join(folder, name), file);
      }
      const script = inProject('tools/python/check-tensorboard.py');
      const { stdout } = await promisify(execFile)(python!, [script, folder]);
      await rm(folder, { recursive: true });
      const scalars = JSON.parse(stdout.trim().split('\n').at(-1)!);
      expect(Object.keys(scalars).sort()).toEqual(['test', 'train', 'validation']);
      expect(scalars.train.epoch_accuracy).toEqual([
        [1, at / 1000 + 1.5, 0.5],
        [2, at / 1000 + 3, 0.625],
        [3, at / 1000 + 1.5, 0.75],
      ]);
      expect(scalars.validation.epoch_loss.map(([step, , value]: number[]) => [step, value])).toEqual([
        [1, 2],
        [3, 1],
      ]);
      expect(scalars.test.final_accuracy_tta[0][2]).toBe(0.78125);
    },
    120_000,
  );
});
