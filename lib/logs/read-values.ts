/** Reads single values of logs, which other programs write in many ways. */

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const noNumber = /^(?:[-+]?(?:nan|inf|infinity)|none|null)?$/i;

/**
 * A number, in quotes or not.
 * @returns null for none: null, NaN, an infinity or an empty text; undefined if the value is something else
 */
export function readNumber(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (noNumber.test(text)) return null;
  const number = decimal.test(text) ? Number(text) : undefined;
  return number === undefined || Number.isFinite(number) ? number : null;
}

/** Float rounding may lift an accuracy of 1 this much. */
const rounding = 1e-4;
/** A largest accuracy from here on means percent. */
const minPercent = 1.5;

/** The unit of accuracies, judged by the largest; null if it could be either. */
export function accuracyUnit(values: readonly (number | null)[]): 'fraction' | 'percent' | null {
  const largest = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  if (largest <= 1 + rounding) return 'fraction';
  return largest >= minPercent && largest <= 100 + 100 * rounding ? 'percent' : null;
}

/** @returns within 0…1; null for an accuracy outside of its range */
export function toFraction(value: number | null, unit: 'fraction' | 'percent'): number | null {
  if (value === null) return null;
  const fraction = unit === 'percent' ? value / 100 : value;
  return fraction < 0 || fraction > 1 + rounding ? null : Math.min(1, fraction);
}

/** Cuts a text to a number of characters, the last of them an ellipsis. Surrogate pairs are not split. */
export const cutText = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

/** A value as short text: texts as they are, everything else as JSON. */
export function shortText(value: unknown, max = 200): string {
  return cutText(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)), max);
}
