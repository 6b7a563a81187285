import type { RunMetrics, Timing } from '@/lib/run/metrics.ts';
import { accuracyUnit, isRecord, readNumber, shortText, toFraction } from './read-values.ts';

/** Reads a log's results and times. Notes receive what was left out or converted. */

/** Other names of the final plain accuracies. */
const otherNames: Partial<Record<keyof RunMetrics, readonly string[]>> = {
  val_end2end: ['val_accuracy', 'val_acc', 'validation_accuracy'],
  test_end2end: ['test_accuracy', 'test_acc'],
};

const metricNames: readonly (keyof RunMetrics)[] = [
  'val_end2end',
  'test_end2end',
  'val_tta',
  'test_tta',
  'val_stage1',
  'test_stage1',
  'val_loss',
  'test_loss',
];

/** Results; null where the log has none. */
export function readMetrics(section: unknown, notes: string[]): RunMetrics {
  const read = recordOf(section, 'metrics', notes);
  const used = new Set<string>();
  const values = metricNames.map((name) => {
    const key =
      [name, ...(otherNames[name] ?? [])].find((each) => read[each] !== undefined && read[each] !== null) ?? name;
    used.add(key);
    const place = `metrics.${key}`;
    const value = name.endsWith('_loss') ? numberAt(read[key], place, notes) : accuracyAt(read[key], place, notes);
    return [name, value];
  });
  const ignored = Object.entries(read).filter(([key, value]) => !used.has(key) && value !== null);
  if (ignored.length > 0) {
    notes.push(
      `metrics without a place here: ${ignored.map(([key, value]) => `${key} ${shortText(value, 40)}`).join(', ')}`,
    );
  }
  return Object.fromEntries(values) as RunMetrics;
}

/** Times in seconds; null where the log has none. A missing total is the sum of the three parts. */
export function readTiming(section: unknown, notes: string[]): Timing {
  const read = recordOf(section, 'timing_sec', notes);
  const seconds = (name: keyof Timing): number | null => {
    const value = numberAt(read[name], `timing_sec.${name}`, notes);
    if (value === null || value >= 0) return value;
    notes.push(`timing_sec.${name} left out: it is negative`);
    return null;
  };
  const [feature_extract, top_train, end2end] = [seconds('feature_extract'), seconds('top_train'), seconds('end2end')];
  const isComplete = feature_extract !== null && top_train !== null && end2end !== null;
  return {
    feature_extract,
    top_train,
    end2end,
    total: seconds('total') ?? (isComplete ? feature_extract + top_train + end2end : null),
    evaluation: seconds('evaluation'),
    features_cached: read.features_cached === true,
  };
}

function recordOf(section: unknown, name: string, notes: string[]): Record<string, unknown> {
  if (isRecord(section)) return section;
  if (section !== undefined && section !== null) notes.push(`${name} left out: it is not an object`);
  return {};
}

function numberAt(value: unknown, place: string, notes: string[]): number | null {
  const number = readNumber(value);
  if (number === undefined) notes.push(`${place} left out: ${shortText(value, 40)} is not a number`);
  return number ?? null;
}

/** An accuracy as a fraction; `92.3` and `"92.3 %"` are percentages. */
function accuracyAt(value: unknown, place: string, notes: string[]): number | null {
  const percent = typeof value === 'string' ? /^(.+?)\s*%$/.exec(value.trim())?.[1] : undefined;
  const number = numberAt(percent ?? value, place, notes);
  if (number === null) return null;
  const unit = percent === undefined ? accuracyUnit([number]) : 'percent';
  const fraction = unit && toFraction(number, unit);
  if (fraction === null) notes.push(`${place} left out: ${number} is not an accuracy`);
  else if (unit === 'percent') notes.push(`${place} read as percent`);
  return fraction;
}
