import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { decodeImage } from '@/server/model/dataset/own-images/decode-image.ts';
import { crc32Polynomial, createCrc } from '@/server/runs/files/crc.ts';
import { fault, random, times } from './fault.test-helper.ts';

/** Files that say they are images. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-images-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const crc32 = createCrc(crc32Polynomial);

/** Decodes these bytes under this name. @returns why they are left out; null where they are taken */
async function decode(name: string, bytes: Uint8Array | string): Promise<string | null> {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return decodeImage(file).then(
    () => null,
    (error) => error.message,
  );
}

/** A part of a PNG file: its length, name, content and checksum. */
function chunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A PNG file that says it has so many pixels a side, grey, and brings these packed bytes, whatever they unpack to. */
function png(side: number, packed: Uint8Array, before: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    before,
    chunk('IDAT', packed),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('hostile images', () => {
  fault('a picture that unpacks to gigabytes', 'PNG and JPEG bombs: in size, in data, in text', async () => {
    const zeros = deflateSync(Buffer.alloc(200 * 2 ** 20));
    const before = process.memoryUsage().rss;
    expect(await decode('size.png', png(10_000, zeros))).toMatch(/100 megapixels; at most 16 are read/);
    expect(await decode('largest.png', png(60_000, zeros))).toMatch(/pixel/);
    // Says it is small, and is not: what is too much of it is not looked at.
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
    const taken = process.memoryUsage().rss - before;
    expect(taken).toBeLessThan(2 ** 29);
    return `left out by what it says of itself; ${Math.max(0, Math.round(taken / 1e6))} MB more memory`;
  });

  fault('a picture that is cut short', 'PNG and JPEG, at random lengths', async () => {
    const noise = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 31) % 251));
    const raw = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
    const pictures = { 'cut.png': await raw.png().toBuffer(), 'cut.jpg': await raw.jpeg().toBuffer() };
    for (const [name, whole] of Object.entries(pictures)) {
      expect(await decode(name, whole)).toBeNull();
      for (let round = 0; round < times(50, 10); round++) {
        // A JPEG without its last bytes may be whole but for its end mark.
        const cut = whole.subarray(0, random.integer(whole.length - 64));
        expect([name, cut.length, await decode(name, cut)]).toEqual([name, cut.length, expect.any(String)]);
      }
    }
    return 'left out, and said to be';
  });

  fault('a file that is no picture', 'SVG, HTML, a script, noise and an archive, called PNG and JPEG', async () => {
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
      expect([name, await decode(name, bytes)]).toEqual([name, expect.stringMatching(/neither PNG nor JPEG|decoded/)]);
    }
    return 'left out by its content, whatever its name';
  });
});
