/** Figures as people read them. Pure; the same on server and in the browser, whatever its locale. */

/** Keeps a figure and its unit on one line. */
const nbsp = '\u00a0';

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** 45000 → `45,000`. */
export const formatCount = (value: number): string => grouped.format(value);

/** An accuracy within 0…1 as percent with two decimals; a dash where there is none. */
export const formatAccuracy = (accuracy: number | null | undefined): string =>
  accuracy === null || accuracy === undefined ? '–' : `${(accuracy * 100).toFixed(2)}${nbsp}%`;

/** A share within 0…1 as whole percent, never 100 before it is all. */
export const formatShare = (share: number): string => `${Math.floor(Math.min(1, Math.max(0, share)) * 100)}${nbsp}%`;

/** A difference of two accuracies within −1…1, in points: `+3.10`. */
export const formatPoints = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(2)}`;

/** Seconds as people say them: `8 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))}${nbsp}s`;
  const whole = Math.round(seconds);
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${nbsp}${unit}`)
    .join(' ');
}

/** How long something still takes: coarse, because an estimate that changes each second says nothing. */
export const formatTimeLeft = (seconds: number): string =>
  seconds < 5 ? 'seconds left' : `${formatRoundedUp(seconds)} left`;

/** A duration that is an estimate, rounded up: to 5 s, past a minute to 10 s, past ten to whole minutes. */
export function formatRoundedUp(seconds: number): string {
  const step = seconds <= 60 ? 5 : seconds <= 600 ? 10 : 60;
  return formatDuration(Math.ceil(seconds / step) * step);
}

/** A learning rate or decay as it is typed: 1e-5 → `1e-5`, 0.001 → `1e-3`, 0.05 → `0.05`. */
export function formatRate(rate: number): string {
  if (rate === 0 || (rate >= 0.01 && rate < 1000)) return String(Number(rate.toPrecision(3)));
  return Number(rate.toPrecision(3)).toExponential().replace('e+', 'e');
}

/** Bytes in the units that file managers show: `9.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)}${nbsp}${units[step]}`;
}

/** How long ago a moment was, both in milliseconds since 1970; past a week its date. */
export function formatAgo(moment: number, now: number): string {
  const seconds = Math.max(0, (now - moment) / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.round(seconds / 60)}${nbsp}min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)}${nbsp}h ago`;
  if (seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)}${nbsp}d ago`;
  return formatMoment(moment).slice(0, 10);
}

/** A moment on the reader's clock: `2026-11-24 08:15:30`. */
export function formatMoment(moment: number): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** `1 core`, `8 cores`. */
export const formatCores = (count: number): string => (count === 1 ? '1 core' : `${count} cores`);
