/**
 * A new run's id: short, safe as a file name on every system, and in the order of time when sorted as text, e.g.
 * `20261124-081530-4f2a`. Times are UTC.
 */
export function createRunId(now = new Date()): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  const random = crypto.getRandomValues(new Uint16Array(1))[0]!;
  return `${date}-${time}-${random.toString(16).padStart(4, '0')}`;
}

/** Whether a text could be a run's id: in a path, it can then name nothing but a run's own folder. */
export const isRunId = (text: string): boolean => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(text);
