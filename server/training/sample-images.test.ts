import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeWall, encodeWall } from '@/lib/run/sample-predictions.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import { chooseSampleImages, encodePicture } from './sample-images.ts';

const classes = ['cat', 'dog', 'owl'];

/** Images whose first red pixel is their class, and whose last blue one says which they are. */
function images(count: number): ImageSet & { identity: { hash: string; name: string; images: number } } {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  const labels = Uint8Array.from({ length: count }, (_, image) => image % classes.length);
  for (const [image, label] of labels.entries()) {
    pixels[image * imageBytes] = label;
    pixels[(image + 1) * imageBytes - 1] = image % 251;
  }
  return { pixels, labels, count, identity: { hash: 'a', name: 'b', images: count } };
}
const dataset = { name: 'made up', classes, train: images(6000), test: images(300), hash: 'c' };

describe('the wall', () => {
  const split = splitImages(dataset, 0);
  const wall = chooseSampleImages(dataset, split);
  const imageAt = (tile: number) => split.val[wall.rows[tile]!]!;

  it('takes as many images of each class, class by class', () => {
    expect(wall.labels).toHaveLength(198);
    expect([...new Set(wall.labels)]).toEqual([0, 1, 2]);
    expect(wall.labels.indexOf(1)).toBe(66);
    expect([...wall.labels]).toEqual(Array.from(wall.labels, (_, tile) => dataset.train.labels[imageAt(tile)]));
  });

  it('shows the same images in a smaller run, as far as it has them', () => {
    const smaller = splitImages(dataset, 2700);
    const its = chooseSampleImages(dataset, smaller);
    expect(Array.from(its.rows, (row) => smaller.val[row])).toEqual(Array.from(wall.rows, (_, tile) => imageAt(tile)));
    expect(chooseSampleImages(dataset, splitImages(dataset, 60)).labels.length).toBeLessThan(20);
  });

  it('draws every image on its tile', () => {
    expect([wall.width, wall.height]).toEqual([640, 320]);
    const pixel = (x: number, y: number) => [...wall.pixels.subarray((y * 640 + x) * 3, (y * 640 + x) * 3 + 3)];
    for (const tile of [0, 19, 20, 197]) {
      const [left, top] = [(tile % 20) * 32, Math.floor(tile / 20) * 32];
      expect(pixel(left, top)).toEqual([wall.labels[tile], 0, 0]);
      expect(pixel(left + 31, top + 31)).toEqual([0, 0, imageAt(tile) % 251]);
    }
    // No image, no colour: the picture is wider than the last row.
    expect(pixel(639, 319)).toEqual([0, 0, 0]);
  });

  it('is written as a PNG of exactly these pixels', async () => {
    const file = sharp(await encodePicture(wall));
    expect(await file.metadata()).toMatchObject({ format: 'png', width: 640, height: 320, channels: 3 });
    expect((await file.raw().toBuffer()).equals(wall.pixels)).toBe(true);
  });
});

it('sends predictions as text', () => {
  const predicted = Uint8Array.of(0, 9, 255);
  expect(encodeWall(predicted)).toBe('AAn/');
  expect(decodeWall('AAn/')).toEqual(predicted);
});
