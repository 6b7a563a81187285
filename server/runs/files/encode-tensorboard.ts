import protobuf from 'protobufjs/light.js';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { crc32c } from './crc32c.ts';

/**
 * A run's scalars as event files of TensorBoard, named and laid out as Keras' callback does it: training, validation and
 * test in a folder each, `epoch_accuracy` and so on. Epochs count from 1, through both stages.
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

/** What one event says: figures by tag, null where there is none. */
interface Point {
  /** Milliseconds since 1970. */
  at: number;
  step: number;
  scalars: Record<string, number | null>;
}

/** @returns event files by their path in the run's folder; those without a figure are left out */
export function encodeTensorboard(events: readonly RunEvent[]): Map<string, Buffer> {
  const epochs = events.filter((event) => event.type === 'epoch');
  // One that trains further was evaluated before, and is again.
  const evaluated = events.findLast((event) => event.type === 'evaluated');
  const tested = events
    .slice(0, evaluated && events.indexOf(evaluated))
    .filter((event) => event.type === 'epoch').length;
  const parts = {
    train: epochs.map((epoch, index) => pointOf(epoch, index, training)),
    validation: epochs.map((epoch, index) => pointOf(epoch, index, validation)),
    test: evaluated ? [testOf(evaluated, tested)] : [],
  };
  const files = new Map<string, Buffer>();
  for (const [folder, points] of Object.entries(parts)) {
    const withScalars = points.map((point) => ({ ...point, scalars: known(point.scalars) }));
    const first = withScalars.find(({ scalars }) => scalars.length > 0);
    // TensorBoard knows its files by their beginning; seconds and a name of the machine follow.
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

const known = (scalars: Point['scalars']): [string, number][] =>
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

/** https://www.tensorflow.org/tutorials/load_data/tfrecord: length, its check, data, its check; little-endian. */
function encodeRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(12 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(masked(crc32c(record.subarray(0, 8))), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return record;
}

/** Turned and shifted, so that a check of data that holds checks is no use less. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
