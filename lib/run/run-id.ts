/**
 * Creates a run id, such as `20261124-081530-4f2a`: UTC time and a random suffix. Ids are valid file names on every system
 * and sort by time.
 */
export function createRunId(now = new Date()): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  const random = crypto.getRandomValues(new Uint16Array(1))[0]!;
  return `${date}-${time}-${random.toString(16).padStart(4, '0')}`;
}

/** Whether a text has the form of a run id. In a path, such a text can only name a run's folder. */
export const isRunId = (text: string): boolean => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(text);
