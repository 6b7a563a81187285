import type { EpochMetrics } from '@/lib/run/metrics.ts';
import { accuracyUnit, isRecord, readNumber, shortText, toFraction } from './read-values.ts';

/** Reads the curves of one stage: as lists per quantity, as Keras and most PyTorch loops write them, or as records per epoch. */

/** Upper bound, because each epoch becomes an event. */
const maxEpochs = 10_000;

export type Curve = Record<keyof EpochMetrics, (number | null)[]>;
type List = (number | null)[];

/** Names of each quantity in logs, in order of preference. */
const quantityNames: Record<keyof EpochMetrics, readonly string[]> = {
  accuracy: withVariants(['accuracy', 'acc'], ['', 'train_', 'training_']),
  loss: ['loss', 'train_loss', 'training_loss', 'train_losses'],
  val_accuracy: withVariants(['accuracy', 'acc'], ['val_', 'valid_', 'validation_']),
  val_loss: ['val_loss', 'valid_loss', 'validation_loss', 'val_losses'],
  learning_rate: ['learning_rate', 'lr', 'learning_rates', 'lrs'],
};
const quantities = Object.keys(quantityNames) as (keyof EpochMetrics)[];

/** Keras calls an accuracy by the function that computed it. */
function withVariants(names: readonly string[], prefixes: readonly string[]): string[] {
  const all = [...names, 'accs', 'categorical_accuracy', 'sparse_categorical_accuracy', 'binary_accuracy'];
  return prefixes.flatMap((prefix) => all.map((name) => prefix + name));
}

const quantityOf = (key: string): keyof EpochMetrics | undefined =>
  quantities.find((quantity) => quantityNames[quantity].includes(key.toLowerCase()));

/** Whether a section of a log contains at least one curve. */
export function hasCurves(section: unknown): boolean {
  const columns = columnsOf(section);
  return columns !== null && Object.entries(columns).some(([key, list]) => quantityOf(key) && listOf(list) !== null);
}

interface CurveOptions {
  /** Where the section is in the log, for notes. */
  place: string;
  /** Keras' `validation_freq`, if the log has it. */
  validationFreq: number | null;
  /** Receives what was left out or converted. */
  notes: string[];
}

/**
 * Reads a stage's curves. Lists have one entry per epoch, null for a gap.
 * @returns null if the section contains none
 */
export function readCurve(section: unknown, { place, validationFreq, notes }: CurveOptions): Curve | null {
  const columns = columnsOf(section);
  if (!columns) {
    if (section !== undefined && section !== null) notes.push(`${place} left out: it is not a set of curves`);
    return null;
  }
  const found: Partial<Curve> = {};
  const ignored: string[] = [];
  // Preferred names first.
  const rank = (key: string) => quantityNames[quantityOf(key)!]?.indexOf(key.toLowerCase()) ?? 0;
  for (const [key, value] of Object.entries(columns).toSorted(([a], [b]) => rank(a) - rank(b))) {
    const quantity = quantityOf(key);
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    if (!quantity || found[quantity]) ignored.push(key);
    else {
      const list = readList(value, `${place}.${key}`, notes);
      if (list) found[quantity] = quantity.endsWith('accuracy') ? toFractions(list, `${place}.${key}`, notes) : list;
    }
  }
  if (ignored.length > 0) notes.push(`${place}: no chart for ${shortText(ignored.join(', '))}`);
  const lengths = Object.values(found).map((list) => list.length);
  if (lengths.length === 0) return null;
  const epochs = Math.max(...lengths);
  const placed = (quantity: keyof EpochMetrics) =>
    alignList(found[quantity] ?? [], {
      epochs,
      frequencies: quantity.startsWith('val_') ? possibleFrequencies(validationFreq, epochs) : [],
      place: `${place}.${quantity}`,
      notes,
    });
  return Object.fromEntries(quantities.map((quantity) => [quantity, placed(quantity)])) as Curve;
}

/** A section as lists by name; records per epoch are transposed. */
function columnsOf(section: unknown): Record<string, unknown> | null {
  if (isRecord(section)) return section;
  if (!Array.isArray(section) || section.length === 0 || !section.every(isRecord)) return null;
  const keys = [...new Set(section.slice(0, maxEpochs).flatMap(Object.keys))].filter((key) => key !== 'epoch');
  return Object.fromEntries(keys.map((key) => [key, section.map((record) => record[key] ?? null)]));
}

/** A list, also as pandas writes a column: an object with the rows' numbers as keys. */
function listOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return null;
  const rows = Object.keys(value);
  if (rows.length === 0 || !rows.every((row) => /^\d{1,4}$/.test(row))) return null;
  return Array.from({ length: Math.max(...rows.map(Number)) + 1 }, (_, row) => value[row] ?? null);
}

function readList(value: unknown, place: string, notes: string[]): List | null {
  const list = listOf(value);
  if (!list) {
    notes.push(`${place} left out: it is not a list`);
    return null;
  }
  if (list.length > maxEpochs) {
    notes.push(`${place} left out: it has more than ${maxEpochs} epochs`);
    return null;
  }
  const numbers = list.map(readNumber);
  const wrong = list.filter((_, index) => numbers[index] === undefined);
  if (wrong.length > 0)
    notes.push(
      `${place}: ${wrong.length} of ${list.length} values are not numbers, such as ${shortText(wrong[0], 40)}`,
    );
  return wrong.length === list.length ? null : numbers.map((number) => number ?? null);
}

function toFractions(list: List, place: string, notes: string[]): List {
  const unit = accuracyUnit(list);
  if (unit === null) {
    notes.push(`${place} left out: its values are neither fractions nor percentages`);
    return [];
  }
  if (unit === 'percent') notes.push(`${place} read as percent`);
  const fractions = list.map((value) => toFraction(value, unit));
  const lost = fractions.filter((value, index) => value === null && list[index] !== null).length;
  if (lost > 0) notes.push(`${place}: ${lost} of ${list.length} values are not accuracies`);
  return fractions;
}

const possibleFrequencies = (given: number | null, epochs: number): number[] =>
  given === null ? Array.from({ length: epochs }, (_, index) => index + 1) : [given];

interface Placement {
  epochs: number;
  /** How many epochs may be between two values. */
  frequencies: readonly number[];
  place: string;
  notes: string[];
}

/**
 * Places a list that is shorter than a stage has epochs. Validation every f epochs (Keras' `validation_freq`) is
 * recognized if only one f results in its length. A list that is one epoch short ends where training was interrupted.
 */
function alignList(list: List, { epochs, frequencies, place, notes }: Placement): List {
  if (list.length === epochs) return list;
  if (list.length === 0) return new Array(epochs).fill(null);
  const count = `${list.length} of ${epochs} epochs`;
  const [frequency, other] = frequencies.filter((each) => Math.floor(epochs / each) === list.length);
  // A single value of two epochs is as likely that of an interrupted run.
  const isCertain = list.length > 1 || frequencies.length === 1;
  if (frequency !== undefined && other === undefined && isCertain) {
    notes.push(`${place}: ${count}, taken as one every ${frequency} epochs`);
    return Array.from({ length: epochs }, (_, index) =>
      (index + 1) % frequency === 0 ? (list[(index + 1) / frequency - 1] ?? null) : null,
    );
  }
  if (list.length === epochs - 1 && epochs > 2) {
    notes.push(`${place}: ${count}, the last one is missing`);
    return [...list, null];
  }
  notes.push(`${place} left out: it has ${count}, and the log does not say which`);
  return new Array(epochs).fill(null);
}
