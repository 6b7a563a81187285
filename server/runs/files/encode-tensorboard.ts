import protobuf from 'protobufjs/light.js';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { crc32c } from './crc32c.ts';

/**
 * Encodes a run's metrics as TensorBoard event files with the names and structure of Keras' callback: one folder each for
 * training, validation and test, and tags such as `epoch_accuracy`. Epochs are numbered from 1, continuing across both stages.
 * https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 */

const { Event } = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { id: 1, type: 'double' },
        step: { id: 2, type: 'int64' },
        fileVersion: { id: 3, type: 'string' },
        summary: { id: 5, type: 'Summary' },
      },
    },
    Summary: {
      fields: { value: { id: 1, type: 'Value', rule: 'repeated' } },
      nested: { Value: { fields: { tag: { id: 1, type: 'string' }, simpleValue: { id: 2, type: 'float' } } } },
    },
  },
}).nested as Record<'Event', protobuf.Type>;

/** One event: scalars by tag, null if missing. */
interface Point {
  /** Unix ms. */
  at: number;
  step: number;
  scalars: Record<string, number | null>;
}

/** @returns event files keyed by path relative to the run's folder; files without scalars are omitted */
export function encodeTensorboard(events: readonly RunEvent[]): Map<string, Buffer> {
  const epochs = events.filter((event) => event.type === 'epoch');
  // An extended run was evaluated more than once.
  const evaluated = events.findLast((event) => event.type === 'evaluated');
  const epochsBefore = events
    .slice(0, evaluated && events.indexOf(evaluated))
    .filter((event) => event.type === 'epoch').length;
  const parts = {
    train: epochs.map((epoch, index) => pointOf(epoch, index, training)),
    validation: epochs.map((epoch, index) => pointOf(epoch, index, validation)),
    test: evaluated ? [testOf(evaluated, epochsBefore)] : [],
  };
  const files = new Map<string, Buffer>();
  for (const [folder, points] of Object.entries(parts)) {
    const withScalars = points.map((point) => ({ ...point, scalars: withoutNulls(point.scalars) }));
    const first = withScalars.find(({ scalars }) => scalars.length > 0);
    // TensorBoard recognizes files by this prefix; a Unix time in seconds and a host name follow.
    if (first) {
      files.set(`${folder}/events.out.tfevents.${Math.floor(first.at / 1000)}.transfer-lab`, encodeFile(withScalars));
    }
  }
  return files;
}

type Epoch = RunEventOf<'epoch'>;

const training = ({ metrics, imagesPerSecond }: Epoch) => ({
  epoch_accuracy: metrics.accuracy,
  epoch_loss: metrics.loss,
  epoch_learning_rate: metrics.learning_rate,
  epoch_images_per_second: imagesPerSecond,
});
const validation = ({ metrics }: Epoch) => ({ epoch_accuracy: metrics.val_accuracy, epoch_loss: metrics.val_loss });

const pointOf = (epoch: Epoch, index: number, scalars: (epoch: Epoch) => Point['scalars']): Point => ({
  at: epoch.at,
  step: index + 1,
  scalars: scalars(epoch),
});

const testOf = ({ at, metrics }: RunEventOf<'evaluated'>, epochs: number): Point => ({
  at,
  step: epochs,
  scalars: {
    final_accuracy: metrics.test_end2end,
    final_accuracy_tta: metrics.test_tta,
    final_loss: metrics.test_loss,
  },
});

const withoutNulls = (scalars: Point['scalars']): [string, number][] =>
  Object.entries(scalars).flatMap(([tag, value]): [string, number][] => (value === null ? [] : [[tag, value]]));

function encodeFile(points: { at: number; step: number; scalars: [string, number][] }[]): Buffer {
  const head = { wallTime: (points[0]?.at ?? 0) / 1000, fileVersion: 'brain.Event:2' };
  const records = points.map(({ at, step, scalars }) => ({
    wallTime: at / 1000,
    step,
    summary: { value: scalars.map(([tag, simpleValue]) => ({ tag, simpleValue })) },
  }));
  return Buffer.concat([head, ...records].map((event) => encodeRecord(Event.encode(event).finish())));
}

/** https://www.tensorflow.org/tutorials/load_data/tfrecord: length, its CRC, data, its CRC; little-endian. */
function encodeRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(12 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(masked(crc32c(record.subarray(0, 8))), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return record;
}

/** TFRecord's mask: a plain CRC is weak for data that itself contains CRCs. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
