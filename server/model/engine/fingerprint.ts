import { createHash } from 'node:crypto';

/** A short name for everything that an engine's last bits depend on. */
export const fingerprintOf = (...parts: (string | number)[]): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 12);
