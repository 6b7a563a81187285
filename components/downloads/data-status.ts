import { type DataNeeds, partsFor, partTitle } from '@/lib/data/data-files.ts';
import { formatBytes, formatShare, formatTimeLeft } from '@/lib/format.ts';
import type { DataStatus, PartState, PartStatus } from '@/server/data/downloads.ts';

/**
 * The parts that a run needs and that are not downloaded. Where either of two weights files will do: the one that was
 * requested, else the one that works for every image size.
 */
export function missingParts({ parts }: DataStatus, needs: DataNeeds): PartStatus[] {
  return partsFor(needs).flatMap((names) => {
    const alternatives = names.flatMap((name) => parts.find(({ part }) => part === name) ?? []);
    // The trainer uses the first file it finds, so a broken file blocks the next one.
    const first = alternatives.find(({ state }) => state.is === 'present' || hasProblem(state));
    if (first) return first.state.is === 'present' ? [] : [first];
    return alternatives.find(({ state }) => state.is !== 'missing') ?? alternatives.slice(-1);
  });
}

const hasProblem = (state: PartState): boolean => state.is === 'missing' && state.problem !== null;

export const isDownloading = ({ state }: PartStatus): boolean => state.is === 'coming';

/** Whether a missing part was requested: runs that need it wait for it. */
export const isRequested = ({ state }: PartStatus): boolean => state.is !== 'missing' && state.is !== 'present';

/** Which download a queued run waits for: `waiting for CIFAR-10, 42 %`. Null when it only waits for its turn. */
export function describeWait(status: DataStatus, needs: DataNeeds): string | null {
  const requested = missingParts(status, needs).filter(isRequested);
  const [first, second] = requested;
  if (!first) return null;
  if (second) return 'waiting for data';
  const share = first.state.is === 'coming' ? downloadedShare(first.state) : null;
  return `waiting for ${partTitle(first.part)}${share === null ? '' : `, ${formatShare(share)}`}`;
}

/** The downloaded share of a part, within 0…1; null if its size is unknown. */
export const downloadedShare = ({ progress: { bytes, total } }: Extract<PartState, { is: 'coming' }>): number | null =>
  total ? bytes / total : null;

/** A download's progress in one line: `43 % of 170 MB · 12.3 MB/s · 10 s left`. */
export function describeProgress({ phase, bytes, total, bytesPerSecond, secondsLeft }: Progress): string {
  if (phase === 'checking') return 'Verifying';
  if (phase === 'unpacking') return 'Unpacking';
  return [
    total ? `${formatShare(bytes / total)} of ${formatBytes(total)}` : formatBytes(bytes),
    bytesPerSecond !== null && `${formatBytes(bytesPerSecond)}/s`,
    secondsLeft !== null && formatTimeLeft(secondsLeft),
  ]
    .filter(Boolean)
    .join(' · ');
}
type Progress = Extract<PartState, { is: 'coming' }>['progress'];

/** `CIFAR-10 and ImageNet weights are not downloaded yet`. */
export function missingTitle(parts: readonly PartStatus[]): string {
  const titles = parts.map(({ part }) => partTitle(part)).join(' and ');
  return `${titles} ${isSingular(parts) ? 'is' : 'are'} not downloaded yet`;
}

/** Whether the parts take a singular verb; weights are plural even in one file. */
export const isSingular = (parts: readonly PartStatus[]): boolean => parts.length === 1 && parts[0]?.part === 'cifar10';
