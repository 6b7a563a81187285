import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { decodePredictions } from '@/lib/run/predictions.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';

/**
 * `tsx .ci/keras-input.ts RUN_FOLDER DATA_FOLDER OUT`: prepares the check in real Keras. Writes a run's test images, in
 * its order, as a CIFAR-10 test batch in OUT, and the trainer's plain probabilities for them as OUT/probabilities.json.
 */
const [runFolder, dataFolder, out] = process.argv.slice(2) as [string, string, string];

const journal = await readFile(path.join(runFolder, 'events.ndjson'), 'utf8');
const config = trainConfigSchema.parse(JSON.parse(journal.slice(0, journal.indexOf('\n'))).config);
const dataset = await loadCifar10(dataFolder);
const split = splitImages(dataset, config.train_limit);
const predictions = decodePredictions(await readFile(path.join(runFolder, 'predictions.bin')));
const { images, classes } = predictions;
if (images !== split.test.length) throw new Error(`${images} predictions for ${split.test.length} test images`);

const { labels, pixels } = dataset.test;
const records = Array.from(split.test, (index) =>
  Buffer.concat([Buffer.of(labels[index]!), pixels.subarray(index * imageBytes, (index + 1) * imageBytes)]),
);
const probabilities = Array.from({ length: images }, (_, image) => [
  ...predictions.probabilities.plain.subarray(image * classes, (image + 1) * classes),
]);
await mkdir(path.join(out, 'cifar-10-batches-bin'), { recursive: true });
await writeFile(path.join(out, 'cifar-10-batches-bin', 'test_batch.bin'), Buffer.concat(records));
await writeFile(path.join(out, 'probabilities.json'), JSON.stringify(probabilities));
