import { randomBytes } from 'node:crypto';

/**
 * A new run's id: short, safe as a file name on every system, and in the order of time when sorted as text, e.g.
 * `20261124-081530-4f2a`. Times are UTC. Node only.
 */
export function createRunId(now = new Date()): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `${date}-${time}-${randomBytes(2).toString('hex')}`;
}

/** Whether a text could be a run's id: in a path, it can then name nothing but a run's own folder. */
export const isRunId = (text: string): boolean => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(text);
