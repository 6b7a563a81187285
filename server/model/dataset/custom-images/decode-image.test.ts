import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
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
const noise = sharp(Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i) % 251)), {
  raw: { width: 64, height: 64, channels: 3 },
});
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
    await expect(decodeImage(inFolder('other.webp'))).rejects.toThrow('is WebP, not PNG or JPEG');
    await expect(decodeImage(inFolder('vector.png'))).rejects.toThrow('is SVG, not PNG or JPEG');
    await expect(decodeImage(inFolder('large.png'))).rejects.toThrow('has 20 megapixels; the limit is 16');
    await expect(decodeImage(inFolder('nowhere.png'))).rejects.toThrow(/^cannot be read: /);
  });

  it('does not wait for a pipe, nor read more than the limit', async () => {
    execFileSync('mkfifo', [inFolder('pipe')]);
    await symlink('pipe', inFolder('linked.png'));
    await symlink('loop.png', inFolder('loop.png'));
    await writeFile(inFolder('big.png'), '');
    await truncate(inFolder('big.png'), 700_000_000);
    await expect(decodeImage(inFolder('linked.png'))).rejects.toThrow('is not a regular file');
    await expect(decodeImage(inFolder('loop.png'))).rejects.toThrow('cannot be read: it is a loop of links');
    await expect(decodeImage(inFolder('big.png'))).rejects.toThrow('has more than 64 MB');
  });

  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['is GIF, not PNG or JPEG', () => blank(9, 9).gif().toBuffer()],
    ['is AVIF, not PNG or JPEG', () => blank(9, 9).avif().toBuffer()],
    ['is TIFF, not PNG or JPEG', () => blank(9, 9).tiff().toBuffer()],
    ['is HEIC, not PNG or JPEG', () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')],
    ['is BMP, not PNG or JPEG', () => Buffer.from('BM\xf6\x12\0\0\0\0\0\0\x36\0\0\0', 'latin1')],
    ['is a web page, not PNG or JPEG', () => Buffer.from('<!DOCTYPE html><title>404</title>')],
    ['cannot be decoded: it is cut off', async () => (await noise.jpeg().toBuffer()).subarray(0, -300)],
    ['cannot be decoded: it is cut off', async () => (await noise.png().toBuffer()).subarray(0, -300)],
  ])('names what a file is: %s', async (reason, content) => {
    await writeFile(inFolder('named.jpg'), await content());
    await expect(decodeImage(inFolder('named.jpg'))).rejects.toThrow(reason);
  });
});
