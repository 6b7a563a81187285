import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** One colour a class, so that even a few epochs tell the classes apart. */
const colours = ['#c03020', '#20a040', '#3050d0', '#d0b020', '#8030a0'];

/**
 * Makes a folder for each class, with small PNG and JPEG files of its own colour, no two alike.
 * @param classes how many images of each; below `folder`, which may be the `train` of a data set
 */
export async function makeImages(folder: string, classes: Record<string, number>): Promise<void> {
  for (const [label, [name, count]] of Object.entries(classes).entries()) {
    await mkdir(path.join(folder, name), { recursive: true });
    for (let image = 0; image < count; image++) {
      const file = path.join(folder, name, `${String(image).padStart(3, '0')}.${image % 2 ? 'jpg' : 'png'}`);
      const square = await sharp({
        create: { width: 1 + (image % 20), height: 3 + image, channels: 3, background: '#ffffff' },
      })
        .png()
        .toBuffer();
      await sharp({
        create: { width: 60, height: 48 + image, channels: 3, background: colours[label % colours.length]! },
      })
        .composite([{ input: square, left: 15 + (image % 9), top: 4 }])
        .toFile(file);
    }
  }
}
