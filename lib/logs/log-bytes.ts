import { formatBytes } from '@/lib/format.ts';

/** Logs are some ten kilobytes long; of a thousand epochs they are a few hundred. No larger file is read as one. */
export const mostLogBytes = 8_000_000;

/** Why a file of so many bytes is not read, in words that follow its name. */
export const tooLargeInWords = (bytes: number): string =>
  `is ${formatBytes(bytes)} large; logs of at most ${formatBytes(mostLogBytes)} are read`;
