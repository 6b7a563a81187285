import { describe, expect, it } from 'vitest';
import {
  formatAccuracy,
  formatAgo,
  formatBytes,
  formatDuration,
  formatMoment,
  formatPoints,
  formatRate,
  formatShare,
  formatTimeLeft,
} from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('figures as people read them', () => {
  it.each([
    [0.04, '0 s'],
    [0.44, '0.4 s'],
    [9.97, '10 s'],
    [59.6, '1 min'],
    [250, '4 min 10 s'],
    [7500, '2 h 5 min'],
    [3600 * 76, '3 d 4 h'],
  ])('%d seconds are %s', (seconds, words) => expect(plain(formatDuration(seconds))).toBe(words));

  it.each([
    [2, 'seconds left'],
    [31, '35 s left'],
    [242, '4 min 10 s left'],
    [3541, '1 h left'],
  ])('%d seconds to go are %s', (seconds, words) => expect(plain(formatTimeLeft(seconds))).toBe(words));

  it.each([
    [1e-5, '1e-5'],
    [0.001, '1e-3'],
    [0.00025, '2.5e-4'],
    [0.05, '0.05'],
    [0, '0'],
    [1000, '1e3'],
  ])('a rate of %d reads %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [9_406_464, '9.4 MB'],
    [170_052_171, '170 MB'],
  ])('%d bytes are %s', (bytes, text) => expect(plain(formatBytes(bytes))).toBe(text));

  it('keeps two decimals, and a dash for what is not there', () => {
    expect(plain(formatAccuracy(0.9))).toBe('90.00 %');
    expect(formatAccuracy(null)).toBe('–');
    expect(formatPoints(-0.0312)).toBe('−3.12');
  });

  it('says all only when all is done', () => {
    expect(plain(formatShare(0.9999))).toBe('99 %');
    expect(plain(formatShare(1))).toBe('100 %');
  });

  it('counts time back from now, and names the day after a week', () => {
    const now = new Date(2026, 10, 24, 8, 15, 30).getTime();
    expect(formatAgo(now + 500, now)).toBe('just now');
    expect(plain(formatAgo(now - 3 * 3_600_000, now))).toBe('3 h ago');
    expect(formatAgo(now - 10 * 86_400_000, now)).toBe('2026-11-14');
    expect(formatMoment(now)).toBe('2026-11-24 08:15:30');
  });
});
