import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** One colour per class, so that the classes can be learned in a few epochs. */
const colours = ['#c03020', '#20a040', '#3050d0', '#d0b020', '#8030a0'];

/**
 * Creates a folder for each class with small, distinct PNG and JPEG files in the class's colour.
 * @param folder a data set, or its `train` or `test` folder
 * @param classes number of images by class
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
