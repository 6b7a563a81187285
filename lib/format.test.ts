import { describe, expect, it } from 'vitest';
import {
  formatAccuracy,
  formatAgo,
  formatBytes,
  formatDuration,
  formatDurationRange,
  formatMoment,
  formatPoints,
  formatRate,
  formatShare,
  formatTimeLeft,
} from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('formatting', () => {
  it.each([
    [0.04, '0 s'],
    [0.44, '0.4 s'],
    [9.97, '10 s'],
    [59.6, '1 min'],
    [250, '4 min 10 s'],
    [7500, '2 h 5 min'],
    [3600 * 76, '3 d 4 h'],
  ])('formats %d seconds as %s', (seconds, words) => expect(plain(formatDuration(seconds))).toBe(words));

  it.each([
    [2, 'seconds left'],
    [31, '35 s left'],
    [242, '4 min 10 s left'],
    [3541, '1 h left'],
  ])('formats %d remaining seconds as %s', (seconds, words) => expect(plain(formatTimeLeft(seconds))).toBe(words));

  it.each([
    [0, 2, '5 s'],
    [28, 35, '25–35 s'],
    [80, 100, '1–2 min'],
    [2496, 3120, '41–52 min'],
    [3610, 5401, '1–2 h'],
  ])('formats %d to %d seconds as %s', (from, to, words) => expect(plain(formatDurationRange(from, to))).toBe(words));

  it.each([
    [1e-5, '1e-5'],
    [0.001, '1e-3'],
    [0.00025, '2.5e-4'],
    [0.05, '0.05'],
    [0, '0'],
    [1000, '1e3'],
  ])('formats a rate of %d as %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [9_406_464, '9.4 MB'],
    [170_052_171, '170 MB'],
  ])('formats %d bytes as %s', (bytes, text) => expect(plain(formatBytes(bytes))).toBe(text));

  it('keeps two decimals, and shows a dash for null', () => {
    expect(plain(formatAccuracy(0.9))).toBe('90.00 %');
    expect(formatAccuracy(null)).toBe('–');
    expect(formatPoints(-0.0312)).toBe('−3.12');
  });

  it('shows 100 % only for a complete share', () => {
    expect(plain(formatShare(0.9999))).toBe('99 %');
    expect(plain(formatShare(1))).toBe('100 %');
  });

  it('shows the time since a moment, and its date after a week', () => {
    const now = new Date(2026, 10, 24, 8, 15, 30).getTime();
    expect(formatAgo(now + 500, now)).toBe('just now');
    expect(plain(formatAgo(now - 3 * 3_600_000, now))).toBe('3 h ago');
    expect(formatAgo(now - 10 * 86_400_000, now)).toBe('2026-11-14');
    expect(formatMoment(now)).toBe('2026-11-24 08:15:30');
  });
});
