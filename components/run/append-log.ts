/** More lines than this are not kept in the page; the file has them all. */
const mostLines = 5000;

/** What a page holds of a trainer's log. */
export interface HeldLog {
  lines: readonly string[];
  /** Where the next part begins, in bytes. */
  end: number;
  /** Lines are left out before the first one. */
  isCut: boolean;
}

export const emptyLog: HeldLog = { lines: [], end: 0, isCut: false };

/** Takes in a part of the log: whole lines from byte `from` to byte `to`. One that was taken in already changes nothing. */
export function appendLog(log: HeldLog, { text, from, to }: { text: string; from: number; to: number }): HeldLog {
  if (to === log.end) return log;
  const added = text.split('\n').map(asShown);
  if (added.at(-1) === '') added.pop();
  const isNext = from === log.end;
  const lines = isNext ? [...log.lines, ...added] : added;
  const isCut = isNext ? log.isCut : from > 0;
  return { lines: lines.slice(-mostLines), end: to, isCut: isCut || lines.length > mostLines };
}

/** As a terminal would leave it: the last of what was written over the same line, without colours. */
const asShown = (line: string): string =>
  line
    .trimEnd()
    .split('\r')
    .at(-1)!
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
    .replace(/\u001b\[[\d;]*[A-Za-z]/g, '');

/** The lines that hold every word that is looked for, in any case. */
export function searchLines(lines: readonly string[], query: string): readonly string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter((line) => {
    const text = line.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
