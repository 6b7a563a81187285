/**
 * Creates a run id, such as `20261124-081530-4f2a90c7`: UTC time and a random suffix. Ids are valid file names on every
 * system and sort by time. Two ids of the same second are rarely equal: check for that when storing one.
 */
export function createRunId(now = new Date()): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!;
  return `${date}-${time}-${random.toString(16).padStart(8, '0')}`;
}

/**
 * Whether a text has the form of a run id; older ids have a suffix of four digits. In a path, such a text can only name a
 * run's folder.
 */
export const isRunId = (text: string): boolean => /^\d{8}-\d{6}-(?:[0-9a-f]{4}|[0-9a-f]{8})$/.test(text);
