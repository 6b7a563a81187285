import { createHash } from 'node:crypto';

/** A short hash of everything that can change the last bits of an engine's results. */
export const fingerprintOf = (...parts: (string | number)[]): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 12);
