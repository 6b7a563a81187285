import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import type { RunMetrics, TestIdentity } from '@/lib/run/metrics.ts';
import { encodePredictions } from '@/lib/run/predictions.ts';
import { encodeSamplePredictions, sampleTileSize } from '@/lib/run/sample-predictions.ts';

const classes = cifar10Classes.length;
const testIdentity: TestIdentity = { hash: 'abc', name: 'CIFAR-10, JPEG copy, a part', images: 1000 };

interface RecordedRun {
  id: string;
  config: TrainConfigInput;
  /** Number of the 1,000 test images classified correctly, the first ones; ten more with TTA. */
  right: number;
  /** Number of the 200 sample predictions that are correct after each epoch, the first ones. */
  wall: { stage1: number[]; stage2: number[] };
}

/** Writes the files of a finished command-line run to the results folder, without training; the app adopts it. */
export async function writeRecordedRun(
  results: string,
  { id, config: input, right, wall }: RecordedRun,
): Promise<void> {
  const config = trainConfigSchema.parse(input);
  const folder = path.join(results, id);
  await mkdir(folder, { recursive: true });

  const labels = Uint8Array.from({ length: testIdentity.images }, (_, image) => image % classes);
  const answers = (count: number) => labels.map((label, image) => (image < count ? label : (label + 1) % classes));
  const probabilities = (count: number) =>
    [...answers(count)].flatMap((answer) => Array.from({ length: classes }, (_, c) => Number(c === answer)));
  const predictions = encodePredictions(
    labels,
    { plain: probabilities(right), tta: probabilities(right + 10) },
    classes,
  );
  await writeFile(path.join(folder, 'predictions.bin'), predictions);

  const width = 20 * sampleTileSize;
  const pixels = Uint8Array.from({ length: width * (width / 2) * 3 }, (_, at) => (at * 7) % 256);
  const raw = { width, height: width / 2, channels: 3 } as const;
  await sharp(pixels, { raw }).png().toFile(path.join(folder, 'wall.png'));

  const events = eventsOf(labels, answers, { id, config, right, wall });
  const at = Date.UTC(2026, 10, 24, 8, 15, 30);
  const lines = [{ runId: id, config, createdAt: at }, ...events.map((event, index) => ({ at: at + index, ...event }))];
  await writeFile(path.join(folder, 'events.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

type EventWithoutTime = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;

function eventsOf(
  labels: Uint8Array,
  answers: (count: number) => Uint8Array,
  { config, right, wall }: RecordedRun & { config: ReturnType<typeof trainConfigSchema.parse> },
): EventWithoutTime[] {
  const wallLabels = Array.from({ length: 200 }, (_, place) => Math.floor(place / 20));
  const epochs = ([1, 2] as const).flatMap((stage) =>
    wall[`stage${stage}`].map(
      (count, index): EventWithoutTime => ({
        type: 'epoch',
        stage,
        epoch: index + 1,
        epochs: wall[`stage${stage}`].length,
        seconds: stage,
        imagesPerSecond: 100,
        metrics: { accuracy: 0.5, loss: 1, val_accuracy: count / 200, val_loss: 1, learning_rate: config.lr_stage1 },
        wall: encodeSamplePredictions(
          Uint8Array.from(wallLabels, (label, place) => (place < count ? label : (label + 1) % classes)),
        ),
      }),
    ),
  );
  const confusion = (count: number) => {
    const matrix = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
    for (const [image, answer] of answers(count).entries()) matrix[labels[image]!]![answer]! += 1;
    return matrix;
  };
  const last = [...wall.stage1, ...wall.stage2].at(-1)! / 200;
  const metrics: RunMetrics = {
    val_end2end: last,
    val_tta: last,
    val_stage1: wall.stage1.at(-1)! / 200,
    val_loss: 1,
    test_loss: 1,
    test_end2end: right / 1000,
    test_tta: (right + 10) / 1000,
    test_stage1: right / 1000,
  };
  return [
    {
      type: 'started',
      engine: 'cpu',
      device: 'a device',
      threads: 2,
      weightsFile: 'w.h5',
      trainedKernels: 0,
      test: testIdentity,
      images: { train: 4500, val: 500, test: 1000 },
      wall: wallLabels,
    } as EventWithoutTime,
    ...epochs,
    {
      type: 'evaluated',
      metrics,
      classes: [...cifar10Classes],
      confusion: { plain: confusion(right), tta: confusion(right + 10) },
      timing: { feature_extract: 1, top_train: 2, end2end: 3, total: 6, evaluation: 1, features_cached: false },
    },
    { type: 'completed' },
  ];
}
