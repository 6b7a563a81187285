import { z } from 'zod';

/** What a trainer tells of itself once a second, over a pipe of its own: a line of JSON each. */
export const heartbeatSchema = z.object({
  /** Seconds since its last step ended, and the longest step so far; those in which the machine slept do not count. */
  still: z.number(),
  longest: z.number(),
  /** Something is compiled, or run for the first time. */
  isExcused: z.boolean(),
});
export type Sign = z.infer<typeof heartbeatSchema>;

/** Seconds between two signs. */
export const heartbeatInterval = 1;

/** A second on the clock counts as two at most: a machine that slept has slept for all, and nobody is late. */
export const awake = (seconds: number): number => Math.min(seconds, 2 * heartbeatInterval);

/** How often the longest step so far a step may take. */
const slowness = 20;

/**
 * Why a trainer must be given up, or null.
 * @param silent seconds without a sign
 * @param patience seconds that a trainer may be silent, and at the least those that a step may take
 */
export function verdictOn(last: Sign, silent: number, patience: number): string | null {
  if (silent > patience) return `It gave no sign of life for ${Math.round(silent)} s and was stopped.`;
  if (last.isExcused || last.still <= Math.max(patience, slowness * last.longest)) return null;
  return `It hung: alive, but in the same step for ${Math.round(last.still)} s. It was stopped.`;
}
