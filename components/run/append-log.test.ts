import { describe, expect, it } from 'vitest';
import { appendLog, emptyLog, filterLines } from './append-log.ts';

describe('appendLog', () => {
  it('appends the next part, and ignores one that it already contains', () => {
    const first = appendLog(emptyLog, { text: 'one\ntwo\n', from: 0, to: 8 });
    const both = appendLog(first, { text: '\nfour\n', from: 8, to: 14 });
    expect(both).toEqual({ lines: ['one', 'two', '', 'four'], end: 14, isTruncated: false });
    expect(appendLog(both, { text: '\nfour\n', from: 8, to: 14 })).toBe(both);
  });

  it('starts over after a gap and marks the log as truncated', () => {
    const first = appendLog(emptyLog, { text: 'one\n', from: 0, to: 4 });
    expect(appendLog(first, { text: 'late\n', from: 900, to: 905 })).toEqual({
      lines: ['late'],
      end: 905,
      isTruncated: true,
    });
  });

  it('keeps the newest 5,000 lines', () => {
    const text = Array.from({ length: 6000 }, (_, index) => `${index}\n`).join('');
    const log = appendLog(emptyLog, { text, from: 0, to: text.length });
    expect([log.lines.length, log.lines[0], log.lines.at(-1), log.isTruncated]).toEqual([5000, '1000', '5999', true]);
  });

  it('shows the same text as a terminal', () => {
    const text = '10 %\r20 %\r\n\u001b[31mred\u001b[0m\n';
    expect(appendLog(emptyLog, { text, from: 0, to: 9 }).lines).toEqual(['20 %', 'red']);
  });
});

it('filters lines by their words, regardless of case and order', () => {
  const lines = ['Stage 1 epoch 2', 'Stage 2 epoch 1', 'Warning'];
  expect(filterLines(lines, ' EPOCH  stage ')).toEqual(lines.slice(0, 2));
  expect(filterLines(lines, 'warn')).toEqual(['Warning']);
  expect(filterLines(lines, ' ')).toBe(lines);
});
