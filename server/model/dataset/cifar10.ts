import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { provenanceFile, provenanceSchema } from '@/lib/data/provenance.ts';
import { DataError } from '@/server/model/errors.ts';
import { type Dataset, emptyImages, imageBytes, recordBytes } from './dataset.ts';

const recordsPerFile = cifar10Files.fileBytes / recordBytes;

/**
 * Names of known test sets by the SHA-256 of `test_batch.bin`. Add a hash only after computing it from the file. The
 * official test set is identified by the download's `provenance.json` instead.
 */
const knownTestSets: Record<string, string> = {
  '3343056f69a39c4d7e0d3c6a9051c30a64535a98b7195a1ce9b9439a81e0b3dd': 'CIFAR-10, JPEG copy',
};

/**
 * Reads CIFAR-10's binary version (Krizhevsky, 2009; https://www.cs.toronto.edu/~kriz/cifar.html): 50,000 images for
 * training and validation, 10,000 for testing.
 *
 * @throws DataError if a file is missing or invalid
 */
export async function loadCifar10(dataFolder: string): Promise<Dataset> {
  const folder = path.join(dataFolder, cifar10Files.folder);
  const train = await readFiles(folder, cifar10Files.train);
  const test = await readFiles(folder, [cifar10Files.test]);
  const testHash = test.hash.digest('hex');
  const name = knownTestSets[testHash] ?? (await nameFromProvenance(folder, testHash)) ?? 'CIFAR-10, unknown pixels';
  return {
    name: 'cifar10',
    classes: cifar10Classes,
    train: train.images,
    test: { ...test.images, identity: { hash: testHash, name, images: test.images.count } },
    hash: createHash('sha256').update(train.hash.digest()).update(testHash).digest('hex'),
  };
}

/** The name recorded when the archive's checksum was verified; null if there is none or the test file has changed since. */
async function nameFromProvenance(folder: string, testSha256: string): Promise<string | null> {
  try {
    const provenance = provenanceSchema.parse(JSON.parse(await readFile(path.join(folder, provenanceFile), 'utf8')));
    return provenance.testSha256 === testSha256 ? provenance.name : null;
  } catch {
    return null;
  }
}

async function readFiles(folder: string, names: string[]) {
  const count = names.length * recordsPerFile;
  const images = emptyImages(count);
  const hash = createHash('sha256');
  for (const [index, name] of names.entries()) {
    const file = path.join(folder, name);
    const records = await readRecords(file);
    hash.update(records);
    for (let record = 0; record < recordsPerFile; record++) {
      const at = record * recordBytes;
      const image = index * recordsPerFile + record;
      const label = records[at]!;
      if (label >= cifar10Classes.length) {
        throw invalid(file, `image ${record} has label ${label}; labels are 0 to 9`);
      }
      images.labels[image] = label;
      images.pixels.set(records.subarray(at + 1, at + recordBytes), image * imageBytes);
    }
  }
  return { images, hash };
}

async function readRecords(file: string): Promise<Buffer> {
  const records = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? missing(file) : invalid(file, error.message);
  });
  const expected = recordsPerFile * recordBytes;
  if (records.length !== expected) throw invalid(file, `it has ${records.length} bytes instead of ${expected}`);
  return records;
}

const advice = (file: string): string =>
  `Download it with \`npm run get-data\` or the button in the app. By hand: download ${cifar10Files.url} and unpack it so that ${path.dirname(file)} contains data_batch_1.bin to data_batch_5.bin and test_batch.bin.`;
const missing = (file: string) =>
  new DataError('data-missing', `CIFAR-10 is missing: there is no file ${file}. ${advice(file)}`);
const invalid = (file: string, problem: string) =>
  new DataError('data-broken', `${file} is not a valid file of CIFAR-10's binary version: ${problem}. ${advice(file)}`);
