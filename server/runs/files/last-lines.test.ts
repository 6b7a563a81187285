import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LastLines, readLastLines } from './last-lines.ts';

describe('LastLines', () => {
  it('joins lines that arrive in chunks', () => {
    const lines = new LastLines();
    for (const piece of ['on', 'e\ntwo\r\n', 'thr', 'ee']) lines.add(piece);
    expect(lines.get()).toEqual(['one', 'two', 'three']);
  });

  it('keeps the last fifty lines, and only the beginning of a long one', () => {
    const lines = new LastLines();
    for (let number = 0; number < 1000; number++) lines.add(`${number}\n`);
    lines.add(`${'x'.repeat(5000)}\n`);
    expect(lines.get()).toEqual([...Array.from({ length: 49 }, (_, index) => `${951 + index}`), 'x'.repeat(2000)]);
  });
});

describe('readLastLines', () => {
  it('reads complete lines from the end of a file, and none if the file is missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'last-lines-'));
    const file = path.join(folder, 'trainer.log');
    expect(await readLastLines(file)).toEqual([]);
    await writeFile(file, 'first\nsecond');
    expect(await readLastLines(file)).toEqual(['first', 'second']);
    const written = Array.from({ length: 500 }, (_, number) => `line ${number} ${'.'.repeat(300)}`);
    await writeFile(file, `${written.join('\n')}\n`);
    const read = await readLastLines(file);
    expect(read.length).toBeGreaterThan(20);
    expect(read).toEqual(written.slice(-read.length));
    await rm(folder, { recursive: true });
  });
});
