import { maxClasses } from '@/lib/data/classes.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import type { Confusion, ConfusionMatrix } from '@/lib/run/metrics.ts';
import { isRecord, readNumber, shortText } from './read-values.ts';

/**
 * Reads the confusion matrices of a log. Under the same key, older logs of the original script contain the plain test's
 * matrix, newer ones the matrix with test-time augmentation. It is plain if its diagonal yields the plain accuracy.
 * @param notes receives why a matrix was left out
 */
export function readConfusion(
  log: Readonly<Record<string, unknown>>,
  testAccuracy: number | null,
  notes: string[],
): Confusion {
  const matrix = readMatrix(log.confusion_matrix, 'matrix', notes);
  const plain = readMatrix(log.confusion_matrix_plain, 'plain matrix', notes);
  if (plain || !matrix) return { plain, tta: matrix };
  const isPlain = Math.abs(diagonalShare(matrix) - (testAccuracy ?? Number.NaN)) < 5e-5;
  return isPlain ? { plain: matrix, tta: null } : { plain: null, tta: matrix };
}

/** @returns rows of counts; null if there is none or it was left out */
function readMatrix(value: unknown, name: string, notes: string[]): ConfusionMatrix | null {
  if (value === undefined || value === null) return null;
  const rows = rowsOf(value);
  const problem = rows ? findProblem(rows) : 'it is not a list of rows';
  if (problem === null) return rows!.map((row) => row.map((count) => readNumber(count)!));
  notes.push(`${name} left out: ${problem}`);
  return null;
}

/** A list of rows, or NumPy's shape and data, flat or in rows. */
function rowsOf(value: unknown): unknown[][] | null {
  if (!isRecord(value)) return Array.isArray(value) && value.every(Array.isArray) ? value : null;
  const { shape, data } = value;
  if (!Array.isArray(data)) return null;
  if (data.every(Array.isArray)) return data;
  const width = Array.isArray(shape) ? readNumber(shape[1]) : null;
  if (!width || !Number.isInteger(width) || width < 2 || data.length > maxClasses ** 2) return null;
  return Array.from({ length: Math.ceil(data.length / width) }, (_, row) => data.slice(row * width, (row + 1) * width));
}

function findProblem(rows: readonly unknown[][]): string | null {
  const size = rows.length;
  if (size < 2) return `it has ${size === 1 ? '1 row' : 'no rows'}`;
  if (size > maxClasses) return `it has ${size} rows, and at most ${maxClasses} classes can be shown`;
  const widths = new Set(rows.map((row) => row.length));
  if (widths.size === 1 && !widths.has(size)) return `it has ${size} rows of ${[...widths][0]} entries`;
  const uneven = rows.findIndex((row) => row.length !== size);
  if (uneven >= 0) {
    const { length } = rows[uneven]!;
    return `row ${uneven + 1} has ${length} ${length === 1 ? 'entry' : 'entries'}`;
  }
  let sum = 0;
  for (const [index, row] of rows.entries()) {
    const wrong = row.find((entry) => !isCount(readNumber(entry)));
    if (wrong !== undefined) return `row ${index + 1} has an entry that is not a count: ${shortText(wrong, 40)}`;
    sum += row.reduce<number>((total, entry) => total + readNumber(entry)!, 0);
  }
  return sum === 0 ? 'all its entries are 0' : null;
}

const isCount = (value: number | null | undefined): boolean => Number.isSafeInteger(value) && value! >= 0;
