/** The page keeps this many lines; the file has all of them. */
const maxLines = 5000;

/** The part of a trainer's log that a page holds. */
export interface LogLines {
  lines: readonly string[];
  /** Byte offset of the next part. */
  end: number;
  /** Whether earlier lines are missing. */
  isTruncated: boolean;
}

export const emptyLog: LogLines = { lines: [], end: 0, isTruncated: false };

/** Appends a part of the log: complete lines from byte `from` to byte `to`. A part that was already appended is ignored. */
export function appendLog(log: LogLines, { text, from, to }: { text: string; from: number; to: number }): LogLines {
  if (to === log.end) return log;
  const added = text.split('\n').map(asDisplayed);
  if (added.at(-1) === '') added.pop();
  const isNext = from === log.end;
  const lines = isNext ? [...log.lines, ...added] : added;
  const isTruncated = isNext ? log.isTruncated : from > 0;
  return { lines: lines.slice(-maxLines), end: to, isTruncated: isTruncated || lines.length > maxLines };
}

/** The line as a terminal displays it: only the text after the last carriage return, without colour codes. */
const asDisplayed = (line: string): string =>
  line
    .trimEnd()
    .split('\r')
    .at(-1)!
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character that starts a colour code
    .replace(/\u001b\[[\d;]*[A-Za-z]/g, '');

/** The lines that contain every word of the query, regardless of case. */
export function filterLines(lines: readonly string[], query: string): readonly string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter((line) => {
    const text = line.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
