import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { decodeImage } from '@/server/model/dataset/custom-images/decode-image.ts';
import { fault, random, times } from './fault.test-helper.ts';

/** Hostile and damaged files with image names. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-images-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Decodes a file with this name and content. @returns why it was skipped; null if it was decoded */
async function decode(name: string, bytes: Uint8Array | string): Promise<string | null> {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return decodeImage(file).then(
    () => null,
    (error) => error.message,
  );
}

/** A PNG chunk: length, name, data and checksum. */
function chunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A square greyscale PNG whose header states `side` pixels, with this compressed data, whether or not it matches. */
function png(side: number, compressed: Uint8Array, before: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    before,
    chunk('IDAT', compressed),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('hostile images', () => {
  fault('an image that decompresses to gigabytes', 'PNG and JPEG bombs: in size, data and text', async () => {
    const zeros = deflateSync(Buffer.alloc(200 * 2 ** 20));
    const before = process.memoryUsage().rss;
    expect(await decode('size.png', png(10_000, zeros))).toMatch(/100 megapixels; the limit is 16/);
    expect(await decode('largest.png', png(60_000, zeros))).toMatch(/pixel/);
    // The header states a small size, so excess data is not decompressed.
    await decode('data.png', png(32, zeros));
    const text = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), zeros]);
    await decode('text.png', png(32, deflateSync(Buffer.alloc(32 * 33)), chunk('zTXt', text)));
    const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123' } })
      .jpeg()
      .toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(65_500, frame + 5);
    jpeg.writeUInt16BE(65_500, frame + 7);
    expect(await decode('size.jpg', jpeg)).toMatch(/pixel/);
    const used = process.memoryUsage().rss - before;
    expect(used).toBeLessThan(2 ** 29);
    return `skipped based on the header; ${Math.max(0, Math.round(used / 1e6))} MB more memory`;
  });

  fault('a truncated image', 'PNG and JPEG, at random lengths', async () => {
    const noise = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 31) % 251));
    const raw = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
    const images = { 'cut.png': await raw.png().toBuffer(), 'cut.jpg': await raw.jpeg().toBuffer() };
    for (const [name, whole] of Object.entries(images)) {
      expect(await decode(name, whole)).toBeNull();
      for (let round = 0; round < times(50, 10); round++) {
        // A JPEG without its last bytes may only lack its end marker.
        const cut = whole.subarray(0, random.integer(whole.length - 64));
        expect([name, cut.length, await decode(name, cut)]).toEqual([name, cut.length, expect.any(String)]);
      }
    }
    return 'skipped and reported';
  });

  fault('a file that is not an image', 'SVG, HTML, a script, noise and an archive, named PNG and JPEG', async () => {
    const xml = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"';
    const files: Record<string, Buffer | string> = {
      'vector.png': `${xml}/>`,
      'reads.png': `${xml} xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="file:///etc/passwd"/></svg>`,
      'entities.jpg': `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml}><text>&x;</text></svg>`,
      'page.jpg': '<html><script>1</script></html>',
      'script.png': '#!/bin/sh\ntouch /tmp/x\n',
      'noise.png': Buffer.from(Uint8Array.from({ length: 5000 }, () => random.integer(256))),
      'archive.jpg': Buffer.from('PK\x03\x04', 'latin1'),
    };
    for (const [name, bytes] of Object.entries(files)) {
      expect([name, await decode(name, bytes)]).toEqual([name, expect.stringMatching(/not PNG or JPEG|decoded/)]);
    }
    return 'skipped because of its content, whatever its name';
  });
});
