import { formatBytes } from '@/lib/format.ts';

/** Largest accepted log, in bytes. Logs have about 10 kB; with a thousand epochs, a few hundred. */
export const maxLogBytes = 8_000_000;

/** Why a file of this size is not read; continues the file's name. */
export const describeTooLarge = (bytes: number): string =>
  `is ${formatBytes(bytes)} large; logs may have at most ${formatBytes(maxLogBytes)}`;
