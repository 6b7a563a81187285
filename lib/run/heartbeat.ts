import { z } from 'zod';

/** The heartbeat a trainer writes to a separate pipe every second, as a line of JSON. */
export const heartbeatSchema = z.object({
  /** Seconds since the last step ended, and the longest step so far in seconds; both exclude time asleep. */
  still: z.number(),
  longest: z.number(),
  /** True while a graph is compiled or run for the first time, which may take long. */
  isExcused: z.boolean(),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** Seconds between two heartbeats. */
export const heartbeatInterval = 1;

/** Counts the time between two checks as at most two intervals, so that time asleep does not count as silence. */
export const awakeSeconds = (seconds: number): number => Math.min(seconds, 2 * heartbeatInterval);

/** A step may take this many times as long as the longest step so far. */
const maxSlowdown = 20;

/**
 * Decides whether a trainer hangs.
 * @param silent seconds since the last heartbeat
 * @param timeout allowed seconds of silence, and the minimum time allowed for a step
 * @returns why the trainer is stopped, or null if it is fine
 */
export function checkHeartbeat(last: Heartbeat, silent: number, timeout: number): string | null {
  if (silent > timeout) return `The trainer sent no heartbeat for ${Math.round(silent)} s and was stopped.`;
  if (last.isExcused || last.still <= Math.max(timeout, maxSlowdown * last.longest)) return null;
  return `The trainer hung in one step for ${Math.round(last.still)} s and was stopped.`;
}
