import { type DataNeeds, partsFor, partTitle } from '@/lib/data/data-files.ts';
import { formatBytes, formatShare, formatTimeLeft } from '@/lib/format.ts';
import type { DataStatus, PartState, PartStatus } from '@/server/data/downloads.ts';

/**
 * What a run still lacks, as it is offered: of two weights files that would serve alike, the one that
 * someone has asked for, else the one that serves every size.
 */
export function lackingParts({ parts }: DataStatus, needs: DataNeeds): PartStatus[] {
  return partsFor(needs).flatMap((names) => {
    const alternatives = names.flatMap((name) => parts.find(({ part }) => part === name) ?? []);
    // The trainer takes the first file that there is, so a broken one is in the way of the next.
    const first = alternatives.find(({ state }) => state.is === 'present' || hasProblem(state));
    if (first) return first.state.is === 'present' ? [] : [first];
    return alternatives.find(({ state }) => state.is !== 'missing') ?? alternatives.slice(-1);
  });
}

const hasProblem = (state: PartState): boolean => state.is === 'missing' && state.problem !== null;

export const isComing = ({ state }: PartStatus): boolean => state.is === 'coming';

/** Whether someone has asked for a part that is not there: runs that need it wait. */
export const isAwaited = ({ state }: PartStatus): boolean => state.is !== 'missing' && state.is !== 'present';

/** What a run in line waits for; null where it waits for its turn alone. */
export function waitsFor(status: DataStatus, needs: DataNeeds): string | null {
  const awaited = lackingParts(status, needs).filter(isAwaited);
  const [first, second] = awaited;
  if (!first) return null;
  if (second) return 'waits for data';
  const share = first.state.is === 'coming' ? shareOf(first.state) : null;
  return `waits for ${partTitle(first.part)}${share === null ? '' : `, ${formatShare(share)}`}`;
}

/** How much of a part has come, within 0…1; null where nobody knows. */
export const shareOf = ({ progress: { bytes, total } }: Extract<PartState, { is: 'coming' }>): number | null =>
  total ? bytes / total : null;

/** One line on what is being done for a part: `43 % of 170 MB · 12.3 MB/s · 10 s left`. */
export function describeProgress({ phase, bytes, total, bytesPerSecond, secondsLeft }: Progress): string {
  if (phase === 'checking') return 'Checking what has come';
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

/** `CIFAR-10 and ImageNet weights are not here yet`. */
export function notHere(parts: readonly PartStatus[]): string {
  const titles = parts.map(({ part }) => partTitle(part)).join(' and ');
  return `${titles} ${isOne(parts) ? 'is' : 'are'} not here yet`;
}

/** Weights are several, even in one file. */
export const isOne = (parts: readonly PartStatus[]): boolean => parts.length === 1 && parts[0]?.part === 'cifar10';
