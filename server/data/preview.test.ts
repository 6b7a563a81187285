import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { type PreviewImage, previewCount, previewOptionsSchema } from '@/lib/data/preview.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { makeImages } from '@/server/model/dataset/custom-images/custom-images.test-helper.ts';
import { imageBytes, recordBytes } from '@/server/model/dataset/dataset.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import { previewImages } from './preview.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'transfer-lab-preview-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pathsWith = (data: string) => ({
  data,
  results: folder,
  datasets: path.join(folder, 'datasets'),
  cache: path.join(folder, 'cache'),
  cacheLimit: 1e9,
});
const preview = (dataFolder: string, options: object = {}) =>
  previewImages(pathsWith(dataFolder), previewOptionsSchema.parse({ draw: 1, ...options }));

describe('without images', () => {
  it('says what is missing', async () => {
    expect(await preview(folder)).toEqual({
      images: null,
      why: expect.stringContaining('once CIFAR-10 is downloaded'),
    });
  });

  it('says which file is truncated', async () => {
    const broken = path.join(folder, cifar10Files.folder);
    mkdirSync(broken);
    for (const name of cifar10Files.train) cpSync(import.meta.filename, path.join(broken, name));
    truncateSync(path.join(broken, cifar10Files.train[0]!), 5);
    expect(await preview(folder)).toEqual({
      images: null,
      why: expect.stringMatching(/data_batch_1\.bin has 5 bytes/),
    });
  });
});

describe('other images', () => {
  it('come from sketch10, one per class', async () => {
    const { images } = await preview(folder, { dataset: 'sketch10' });
    expect(new Set(images!.map(({ targets }) => targets[0]!.label)).size).toBe(previewCount);
    expect(new Set(images!.map(({ original }) => original)).size).toBe(previewCount);
    const other = await preview(folder, { dataset: 'sketch10', draw: 2 });
    expect(other.images![0]!.original).not.toBe(images![0]!.original);
  });

  it('come from a custom folder once a run has read it', async () => {
    const paths = pathsWith(folder);
    await makeImages(path.join(paths.datasets, 'shapes'), { round: 12, square: 12 });
    const show = () => preview(folder, { dataset: 'shapes' });
    expect(await show()).toEqual({ images: null, why: expect.stringContaining('once a run has read them') });
    await loadDataset('shapes', paths, async () => {});
    const { images } = await show();
    expect(images).toHaveLength(previewCount);
    expect(
      images!
        .slice(0, 2)
        .map(({ targets }) => targets[0]!.label)
        .sort(),
    ).toEqual(['round', 'square']);
    expect(await preview(folder, { dataset: 'nowhere' })).toMatchObject({
      why: expect.stringContaining('There is no folder'),
    });
  });
});

describe('custom files in CIFAR-10’s format', () => {
  it('are shown with their classes, unless a label is out of range', async () => {
    const binary = path.join(folder, 'datasets', 'binary');
    mkdirSync(binary, { recursive: true });
    const records = Buffer.alloc(30 * recordBytes);
    for (let record = 0; record < 30; record++) records[record * recordBytes] = record % 3;
    writeFileSync(path.join(binary, 'data.bin'), records);
    writeFileSync(path.join(binary, 'classes.txt'), 'a\nb\nc\n');
    const { images } = await preview(folder, { dataset: 'binary' });
    expect(new Set(images!.map(({ targets }) => targets[0]!.label))).toEqual(new Set(['a', 'b', 'c']));
    writeFileSync(path.join(binary, 'classes.txt'), 'a\nb\n');
    expect(await preview(folder, { dataset: 'binary' })).toEqual({
      images: null,
      why: expect.stringContaining('beyond its 2 classes'),
    });
  });
});

describe.skipIf(!realData)(needsData('the preview'), () => {
  const show = async (options: object = {}): Promise<PreviewImage[]> => {
    const { images } = await preview(realData!, options);
    expect(images).toHaveLength(previewCount);
    return images!;
  };

  it('shows training images with their labels, unchanged without augmentation', async () => {
    const { train, classes } = await loadCifar10(realData!);
    const all = Buffer.from(train.pixels.buffer);
    for (const { pixels, original, targets } of await show()) {
      expect(pixels).toBe(original);
      const bytes = Buffer.from(original, 'base64');
      const planes = Buffer.from(Array.from(bytes, (_, at) => bytes[(at % 1024) * 3 + Math.floor(at / 1024)]!));
      const place = all.indexOf(planes) / imageBytes;
      expect(targets).toEqual([{ label: classes[train.labels[place]!], share: 1 }]);
    }
  });

  it('shows eight classes; the draw number determines the images', async () => {
    const first = await show({ augment: true });
    expect(new Set(first.map(({ targets }) => targets[0]!.label)).size).toBe(previewCount);
    expect(await show({ augment: true })).toEqual(first);
    expect((await show({ augment: true, draw: 2 })).map(({ original }) => original)).not.toEqual(
      first.map(({ original }) => original),
    );
  });

  it('applies exactly the selected augmentations', async () => {
    const changed = (images: PreviewImage[]) => images.filter(({ pixels, original }) => pixels !== original).length;
    const still = { augment: true, rotation: 0, zoom: 0, width_shift: 0, height_shift: 0 };
    const mirrored = changed(await show(still)); // every other, by chance
    expect(mirrored).toBeGreaterThan(0);
    expect(mirrored).toBeLessThan(previewCount);
    expect(changed(await show({ ...still, rotation: 20 }))).toBe(previewCount);
    expect(changed(await show({ rotation: 20 }))).toBe(0);
  });

  it('covers a square with grey for cutout', async () => {
    for (const { pixels } of await show({ use_cutout: true })) {
      const grey = Buffer.from(pixels, 'base64').filter((value) => value === 128).length / 3;
      expect(grey).toBeGreaterThanOrEqual(8 * 8);
    }
  });

  it('blends images and their targets for mixup', async () => {
    const mixed = (await show({ use_mixup: true, mixup_alpha: 10 })).filter(({ targets }) => targets.length === 2);
    expect(mixed.length).toBeGreaterThan(0);
    for (const { pixels, original, targets } of mixed) {
      expect(pixels).not.toBe(original);
      expect(targets[0]!.share).toBeGreaterThanOrEqual(targets[1]!.share);
      expect(targets[0]!.share + targets[1]!.share).toBeCloseTo(1, 5);
    }
  });
});
