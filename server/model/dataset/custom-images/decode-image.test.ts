import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'images-'));
});
afterAll(() => rm(folder, { recursive: true }));

const inFolder = (name: string) => path.join(folder, name);
const blank = (width: number, height: number, background = '#000') =>
  sharp({ create: { width, height, channels: 3, background } });
/** Red, green and blue at the centre of the image. */
const centerColour = (planes: Uint8Array) => [0, 1, 2].map((plane) => planes[plane * 1024 + 16 * 32 + 16]);

describe('decodeImage', () => {
  it('returns the unchanged pixels of a 32 × 32 PNG, as planes', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7) % 256));
    await sharp(bytes, { raw: { width: 32, height: 32, channels: 3 } }).toFile(inFolder('same.png'));
    const planes = await decodeImage(inFolder('same.png'));
    for (let i = 0; i < bytes.length; i++) expect(planes[(i % 3) * 1024 + Math.floor(i / 3)]).toBe(bytes[i]);
  });

  it('crops to the largest square at the centre', async () => {
    const square = await blank(40, 40, '#f00').png().toBuffer();
    await blank(120, 40)
      .composite([{ input: square, left: 40, top: 0 }])
      .toFile(inFolder('wide.png'));
    const red = (await decodeImage(inFolder('wide.png'))).subarray(0, 1024);
    // The resampling filter blends a little of the cropped area into the outermost columns.
    const isInner = (pixel: number) => pixel % 32 > 1 && pixel % 32 < 30;
    expect(red.every((value, pixel) => value > 245 || !isInner(pixel))).toBe(true);
  });

  it('rotates images by their EXIF orientation', async () => {
    const top = await blank(40, 20, '#0f0').png().toBuffer();
    const upright = await blank(40, 40)
      .composite([{ input: top, left: 0, top: 0 }])
      .png()
      .toBuffer();
    await sharp(upright)
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toFile(inFolder('turned.jpg'));
    const green = (await decodeImage(inFolder('turned.jpg'))).subarray(1024, 2048);
    const rowMean = (row: number) =>
      green.subarray(row * 32, row * 32 + 32).reduce((sum, value) => sum + value, 0) / 32;
    expect([rowMean(5) > 200, rowMean(27) < 50]).toEqual([true, true]);
  });

  it('reads greyscale, palette and 16-bit images, and transparent pixels as white', async () => {
    await blank(50, 50, '#808080').toColourspace('b-w').toFile(inFolder('grey.jpg'));
    await blank(50, 50, '#0000ff').png({ palette: true }).toFile(inFolder('palette.png'));
    await blank(50, 50, '#ff0000').toColourspace('rgb16').png().toFile(inFolder('deep.png'));
    await sharp({ create: { width: 50, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toFile(inFolder('clear.png'));
    expect(centerColour(await decodeImage(inFolder('grey.jpg')))).toEqual([128, 128, 128]);
    expect(centerColour(await decodeImage(inFolder('palette.png')))).toEqual([0, 0, 255]);
    expect(centerColour(await decodeImage(inFolder('deep.png')))).toEqual([255, 0, 0]);
    expect(centerColour(await decodeImage(inFolder('clear.png')))).toEqual([255, 255, 255]);
  });

  it('reports why it cannot read an image', async () => {
    const png = await blank(64, 64, '#123456').png().toBuffer();
    await writeFile(inFolder('truncated.png'), png.subarray(0, png.length - 40));
    await writeFile(inFolder('damaged.png'), Buffer.from(png).fill(0x55, 41, 60));
    await writeFile(inFolder('text.png'), 'not an image');
    await writeFile(inFolder('empty.jpg'), '');
    await blank(64, 64).webp().toFile(inFolder('other.webp'));
    await writeFile(inFolder('vector.png'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await blank(5000, 4000).png().toFile(inFolder('large.png'));
    await expect(decodeImage(inFolder('truncated.png'))).rejects.toThrow(/^cannot be decoded: /);
    await expect(decodeImage(inFolder('damaged.png'))).rejects.toThrow(/^cannot be decoded: /);
    await expect(decodeImage(inFolder('text.png'))).rejects.toThrow(/^cannot be decoded: /);
    await expect(decodeImage(inFolder('empty.jpg'))).rejects.toThrow('is empty');
    await expect(decodeImage(inFolder('other.webp'))).rejects.toThrow('is webp, not PNG or JPEG');
    await expect(decodeImage(inFolder('vector.png'))).rejects.toThrow('is svg, not PNG or JPEG');
    await expect(decodeImage(inFolder('large.png'))).rejects.toThrow('has 20 megapixels; the limit is 16');
    await expect(decodeImage(inFolder('nowhere.png'))).rejects.toThrow(/^cannot be read: /);
  });
});
