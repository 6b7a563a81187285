import { open } from 'node:fs/promises';

const keptLines = 50;
const longestLine = 2000;

/** The last lines of a stream of text. */
export class LastLines {
  private lines: string[] = [];
  private rest = '';

  add(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = (lines.pop() ?? '').slice(-longestLine);
    this.lines = [...this.lines, ...lines].slice(-keptLines);
  }

  get(): string[] {
    const lines = this.rest === '' ? this.lines : [...this.lines, this.rest];
    return lines.slice(-keptLines).map((line) => line.trimEnd().slice(0, longestLine));
  }
}

/** The last lines of a file; none where there is no such file. */
export async function readLastLines(file: string): Promise<string[]> {
  const handle = await open(file).catch(() => null);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - keptLines * 200);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start });
    const lastLines = new LastLines();
    const text = buffer.toString('utf8', 0, bytesRead);
    // Where reading began in the middle, the first line is half a line.
    lastLines.add(start === 0 ? text : text.slice(text.indexOf('\n') + 1));
    return lastLines.get();
  } finally {
    await handle.close();
  }
}
