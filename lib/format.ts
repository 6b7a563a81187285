/** Formatting of numbers, durations and times. Pure, and independent of the locale of server and browser. */

/** Keeps a number and its unit on one line. */
const nbsp = '\u00a0';

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** 45000 → `45,000`. */
export const formatCount = (value: number): string => grouped.format(value);

/** An accuracy within 0…1 as a percentage with two decimals; a dash for null. */
export const formatAccuracy = (accuracy: number | null | undefined): string =>
  accuracy === null || accuracy === undefined ? '–' : `${(accuracy * 100).toFixed(2)}${nbsp}%`;

/** A share within 0…1 as an integer percentage, rounded down so that 100 % means complete. */
export const formatShare = (share: number): string => `${Math.floor(Math.min(1, Math.max(0, share)) * 100)}${nbsp}%`;

/** A difference of two accuracies, within −1…1, in percentage points: `+3.10`. */
export const formatPoints = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(2)}`;

/** Seconds in the two largest units: `8 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))}${nbsp}s`;
  const rounded = Math.round(seconds);
  const units = [
    [Math.floor(rounded / 86_400), 'd'],
    [Math.floor(rounded / 3600) % 24, 'h'],
    [Math.floor(rounded / 60) % 60, 'min'],
    [rounded % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${nbsp}${unit}`)
    .join(' ');
}

/** Remaining time, rounded so that it does not change every second. */
export const formatTimeLeft = (seconds: number): string =>
  seconds < 5 ? 'seconds left' : `${formatRoundedUp(seconds)} left`;

/** An estimated duration, rounded up: to 5 s, above 1 min to 10 s, above 10 min to full minutes. */
export function formatRoundedUp(seconds: number): string {
  const step = seconds <= 60 ? 5 : seconds <= 600 ? 10 : 60;
  return formatDuration(Math.ceil(seconds / step) * step);
}

/** An estimated duration between two bounds in seconds, in the unit of the upper one: `25–35 s`, `41–52 min`, `1.5–2 h`. */
export function formatDurationRange(from: number, to: number): string {
  const [unit, size, step] = to <= 90 ? ['s', 1, 5] : to <= 5400 ? ['min', 60, 1] : ['h', 3600, 0.5];
  const low = Math.max(step, Math.floor(from / size / step) * step);
  const high = Math.max(low, Math.ceil(to / size / step) * step);
  return `${low === high ? '' : `${low}–`}${high}${nbsp}${unit}`;
}

/** A learning rate or weight decay: 1e-5 → `1e-5`, 0.001 → `1e-3`, 0.05 → `0.05`. */
export function formatRate(rate: number): string {
  if (rate === 0 || (rate >= 0.01 && rate < 1000)) return String(Number(rate.toPrecision(3)));
  return Number(rate.toPrecision(3)).toExponential().replace('e+', 'e');
}

/** Bytes in decimal units: `9.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)}${nbsp}${units[step]}`;
}

/** Time since `moment`, or its date after a week. Both arguments are Unix timestamps in ms. */
export function formatAgo(moment: number, now: number): string {
  const seconds = Math.max(0, (now - moment) / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.round(seconds / 60)}${nbsp}min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)}${nbsp}h ago`;
  if (seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)}${nbsp}d ago`;
  return formatMoment(moment).slice(0, 10);
}

/** A Unix timestamp in ms as local time: `2026-11-24 08:15:30`. */
export function formatMoment(moment: number): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** `1 core`, `8 cores`. */
export const formatCores = (count: number): string => (count === 1 ? '1 core' : `${count} cores`);
