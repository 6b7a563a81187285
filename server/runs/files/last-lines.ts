import { open } from 'node:fs/promises';

const maxLines = 50;
const maxLineLength = 2000;

/** Collects the last lines of a text stream. */
export class LastLines {
  private lines: string[] = [];
  private rest = '';

  add(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = (lines.pop() ?? '').slice(-maxLineLength);
    this.lines = [...this.lines, ...lines].slice(-maxLines);
  }

  get(): string[] {
    const lines = this.rest === '' ? this.lines : [...this.lines, this.rest];
    return lines.slice(-maxLines).map((line) => line.trimEnd().slice(0, maxLineLength));
  }
}

/** Reads the last lines of a file; none if it does not exist. */
export async function readLastLines(file: string): Promise<string[]> {
  const handle = await open(file).catch(() => null);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - maxLines * 200);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start });
    const lastLines = new LastLines();
    const text = buffer.toString('utf8', 0, bytesRead);
    // Reading may have started in the middle of a line, which is dropped.
    lastLines.add(start === 0 ? text : text.slice(text.indexOf('\n') + 1));
    return lastLines.get();
  } finally {
    await handle.close();
  }
}
