import { describe, expect, it } from 'vitest';
import { dataParts } from '@/lib/data/data-files.ts';
import type { DataStatus, PartState } from '@/server/data/downloads.ts';
import { describeProgress, lackingParts, waitsFor } from './data-status.ts';

const missing: PartState = { is: 'missing', problem: null };
const present: PartState = { is: 'present' };
const progress = { phase: 'downloading', bytes: 73e6, total: 170e6, bytesPerSecond: 12.3e6, secondsLeft: 7.9 } as const;
const coming: PartState = { is: 'coming', progress };

/** A data folder that lacks all but what is said. */
const statusWith = (states: Record<string, PartState>): DataStatus => ({
  folder: '/data',
  parts: dataParts.map((part) => ({ part, url: `https://x.test/${part}`, bytes: 5, state: states[part] ?? missing })),
});
const needs = { dataset: 'cifar10', backbone: 'imagenet', image_size: 160 } as const;
const lacking = (states: Record<string, PartState>, size: 96 | 160 | 224 = 160) =>
  lackingParts(statusWith(states), { ...needs, image_size: size }).map(({ part }) => part);

describe('lackingParts', () => {
  it('offers CIFAR-10 and the weights that serve every size', () => {
    expect(lacking({})).toEqual(['cifar10', 'weights-224']);
    expect(lacking({ cifar10: present, 'weights-224': present })).toEqual([]);
  });

  it('asks for no CIFAR-10 where other images are trained on', () => {
    const parts = lackingParts(statusWith({}), { ...needs, dataset: 'flowers' });
    expect(parts.map(({ part }) => part)).toEqual(['weights-224']);
  });

  it('asks for nothing where images and backbone both come with the app', () => {
    expect(lackingParts(statusWith({}), { ...needs, dataset: 'sketch10', backbone: 'sketch' })).toEqual([]);
  });

  it('is content with the size’s own weights, not with those of another', () => {
    const states = { cifar10: present, 'weights-160': present };
    expect([lacking(states, 160), lacking(states, 96)]).toEqual([[], ['weights-224']]);
  });

  it('shows the weights that are under way', () => {
    expect(lacking({ 'weights-160': coming })).toEqual(['cifar10', 'weights-160']);
  });

  it('shows a broken file that is in the way of one that would serve', () => {
    const broken: PartState = { is: 'missing', problem: 'cut short' };
    const states = { cifar10: present, 'weights-224': present, 'weights-160': broken };
    expect([lacking(states, 160), lacking(states, 96)]).toEqual([['weights-160'], []]);
  });
});

describe('waitsFor', () => {
  it('names what is under way, stopped or failed, and nothing that nobody has asked for', () => {
    expect(waitsFor(statusWith({ cifar10: coming }), needs)).toBe('waits for CIFAR-10, 42\u00a0%');
    const failed: PartState = { is: 'failed', code: 'unreachable', message: 'No.', bytes: 0 };
    const both = { cifar10: failed, 'weights-224': { is: 'stopped', bytes: 1 } as const };
    expect(waitsFor(statusWith(both), needs)).toBe('waits for data');
    expect(waitsFor(statusWith({}), needs)).toBeNull();
  });
});

describe('describeProgress', () => {
  it('tells share, speed and time left as far as they are known', () => {
    const plain = (text: string) => text.replaceAll('\u00a0', ' ');
    expect(plain(describeProgress(progress))).toBe('42 % of 170 MB · 12.3 MB/s · 10 s left');
    expect(plain(describeProgress({ ...progress, total: null, bytesPerSecond: null, secondsLeft: null }))).toBe(
      '73.0 MB',
    );
    expect(describeProgress({ ...progress, phase: 'unpacking' })).toBe('Unpacking');
  });
});
