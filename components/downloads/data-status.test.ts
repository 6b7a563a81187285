import { describe, expect, it } from 'vitest';
import { dataParts } from '@/lib/data/data-files.ts';
import type { DataStatus, PartState } from '@/server/data/downloads.ts';
import { describeProgress, describeWait, missingParts } from './data-status.ts';

const missing: PartState = { is: 'missing', problem: null };
const present: PartState = { is: 'present' };
const progress = { phase: 'downloading', bytes: 73e6, total: 170e6, bytesPerSecond: 12.3e6, secondsLeft: 7.9 } as const;
const coming: PartState = { is: 'coming', progress };

/** A data folder in which every part that is not listed is missing. */
const statusWith = (states: Record<string, PartState>): DataStatus => ({
  folder: '/data',
  parts: dataParts.map((part) => ({ part, url: `https://x.test/${part}`, bytes: 5, state: states[part] ?? missing })),
});
const needs = { dataset: 'cifar10', backbone: 'imagenet', image_size: 160 } as const;
const missingIn = (states: Record<string, PartState>, size: 96 | 160 | 224 = 160) =>
  missingParts(statusWith(states), { ...needs, image_size: size }).map(({ part }) => part);

describe('missingParts', () => {
  it('lists CIFAR-10 and the weights that work for every size', () => {
    expect(missingIn({})).toEqual(['cifar10', 'weights-224']);
    expect(missingIn({ cifar10: present, 'weights-224': present })).toEqual([]);
  });

  it('does not list CIFAR-10 for a run on other images', () => {
    const parts = missingParts(statusWith({}), { ...needs, dataset: 'flowers' });
    expect(parts.map(({ part }) => part)).toEqual(['weights-224']);
  });

  it('is empty when both images and backbone are bundled', () => {
    expect(missingParts(statusWith({}), { ...needs, dataset: 'sketch10', backbone: 'sketch' })).toEqual([]);
  });

  it('accepts weights for the chosen size, but not for another size', () => {
    const states = { cifar10: present, 'weights-160': present };
    expect([missingIn(states, 160), missingIn(states, 96)]).toEqual([[], ['weights-224']]);
  });

  it('lists the weights that are being downloaded', () => {
    expect(missingIn({ 'weights-160': coming })).toEqual(['cifar10', 'weights-160']);
  });

  it('lists a broken file that blocks a usable one', () => {
    const broken: PartState = { is: 'missing', problem: 'cut short' };
    const states = { cifar10: present, 'weights-224': present, 'weights-160': broken };
    expect([missingIn(states, 160), missingIn(states, 96)]).toEqual([['weights-160'], []]);
  });
});

describe('describeWait', () => {
  it('names a part that is downloading, stopped or failed, but none that was not requested', () => {
    expect(describeWait(statusWith({ cifar10: coming }), needs)).toBe('waiting for CIFAR-10, 42\u00a0%');
    const failed: PartState = { is: 'failed', code: 'unreachable', message: 'No.', bytes: 0 };
    const both = { cifar10: failed, 'weights-224': { is: 'stopped', bytes: 1 } as const };
    expect(describeWait(statusWith(both), needs)).toBe('waiting for data');
    expect(describeWait(statusWith({}), needs)).toBeNull();
  });
});

describe('describeProgress', () => {
  it('shows share, speed and time left where they are known', () => {
    const plain = (text: string) => text.replaceAll('\u00a0', ' ');
    expect(plain(describeProgress(progress))).toBe('42 % of 170 MB · 12.3 MB/s · 10 s left');
    expect(plain(describeProgress({ ...progress, total: null, bytesPerSecond: null, secondsLeft: null }))).toBe(
      '73.0 MB',
    );
    expect(describeProgress({ ...progress, phase: 'unpacking' })).toBe('Unpacking');
  });
});
