/**
 * `node tools/pictures.mjs`: draws the pictures in `public` that are not SVG: icons from `public/icon.svg`, and the picture
 * that stands for a link to the app from `tools/pictures/social.svg`. Text takes the fonts of this machine.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { root } from './build.mjs';

const inPublic = (name) => path.join(root, 'public', name);
const icon = readFileSync(inPublic('icon.svg'));

/** @returns a PNG of the icon, `side` pixels each way */
const drawIcon = (side) =>
  sharp(icon, { density: (72 * side) / 32 })
    .resize(side, side)
    .png({ compressionLevel: 9 })
    .toBuffer();

/**
 * Puts PNGs into one ICO file (https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10)): a header of 6
 * bytes, 16 for each picture, then the pictures.
 */
function writeIco(pictures) {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { side, png }] of pictures.entries()) {
    const at = 6 + 16 * index;
    header.writeUInt8(side, at);
    header.writeUInt8(side, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

const pictures = await Promise.all([16, 32, 48].map(async (side) => ({ side, png: await drawIcon(side) })));
writeFileSync(inPublic('favicon.ico'), writeIco(pictures));
// iOS cuts the corners itself.
const tile = await sharp(await drawIcon(180))
  .flatten({ background: '#4a57e0' })
  .png({ compressionLevel: 9 })
  .toBuffer();
writeFileSync(inPublic('apple-touch-icon.png'), tile);
await sharp(path.join(root, 'tools', 'pictures', 'social.svg'))
  .png({ compressionLevel: 9, palette: true })
  .toFile(inPublic('og.png'));
