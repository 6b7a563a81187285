import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeSamplePredictions, encodeSamplePredictions } from '@/lib/run/sample-predictions.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import { chooseSampleImages, encodePng } from './sample-images.ts';

const classes = ['cat', 'dog', 'owl'];

/** Images whose first red pixel is their class, and whose last blue pixel is their index modulo 251. */
function images(count: number): ImageSet & { identity: { hash: string; name: string; images: number } } {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  const labels = Uint8Array.from({ length: count }, (_, image) => image % classes.length);
  for (const [image, label] of labels.entries()) {
    pixels[image * imageBytes] = label;
    pixels[(image + 1) * imageBytes - 1] = image % 251;
  }
  return { pixels, labels, count, identity: { hash: 'a', name: 'b', images: count } };
}
const dataset = { name: 'synthetic', classes, train: images(6000), test: images(300), hash: 'c' };

describe('chooseSampleImages', () => {
  const split = splitImages(dataset, 0);
  const samples = chooseSampleImages(dataset, split);
  const imageAt = (tile: number) => split.val[samples.rows[tile]!]!;

  it('chooses the same number of images of each class, ordered by class', () => {
    expect(samples.labels).toHaveLength(198);
    expect([...new Set(samples.labels)]).toEqual([0, 1, 2]);
    expect(samples.labels.indexOf(1)).toBe(66);
    expect([...samples.labels]).toEqual(Array.from(samples.labels, (_, tile) => dataset.train.labels[imageAt(tile)]));
  });

  it('chooses the same images in a smaller run, or a subset of them', () => {
    const smaller = splitImages(dataset, 2700);
    const fewer = chooseSampleImages(dataset, smaller);
    expect(Array.from(fewer.rows, (row) => smaller.val[row])).toEqual(
      Array.from(samples.rows, (_, tile) => imageAt(tile)),
    );
    expect(chooseSampleImages(dataset, splitImages(dataset, 60)).labels.length).toBeLessThan(20);
  });

  it('draws every image on its tile', () => {
    expect([samples.width, samples.height]).toEqual([640, 320]);
    const pixel = (x: number, y: number) => [...samples.pixels.subarray((y * 640 + x) * 3, (y * 640 + x) * 3 + 3)];
    for (const tile of [0, 19, 20, 197]) {
      const [left, top] = [(tile % 20) * 32, Math.floor(tile / 20) * 32];
      expect(pixel(left, top)).toEqual([samples.labels[tile], 0, 0]);
      expect(pixel(left + 31, top + 31)).toEqual([0, 0, imageAt(tile) % 251]);
    }
    // The last row is not full; unused tiles are black.
    expect(pixel(639, 319)).toEqual([0, 0, 0]);
  });

  it('encodes a PNG with exactly these pixels', async () => {
    const file = sharp(await encodePng(samples));
    expect(await file.metadata()).toMatchObject({ format: 'png', width: 640, height: 320, channels: 3 });
    expect((await file.raw().toBuffer()).equals(samples.pixels)).toBe(true);
  });
});

it('encodes predictions as text', () => {
  const predicted = Uint8Array.of(0, 9, 255);
  expect(encodeSamplePredictions(predicted)).toBe('AAn/');
  expect(decodeSamplePredictions('AAn/')).toEqual(predicted);
});
