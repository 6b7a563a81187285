import type { ClassScores } from '@/lib/run/confusion.ts';

export type ScoreColumn = 'class' | keyof ClassScores;

export interface SortOrder {
  column: ScoreColumn;
  descending: boolean;
}

/** Sorts classes by a column; `class` sorts by label. Missing scores are last in both directions. */
export const sortClasses = <T extends ClassScores & { label: number }>(scores: readonly T[], order: SortOrder): T[] =>
  [...scores].sort((a, b) => {
    const [first, second] = [sortValue(a, order.column), sortValue(b, order.column)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return order.descending ? second - first : first - second;
  });

const sortValue = (scores: ClassScores & { label: number }, column: ScoreColumn): number | null =>
  column === 'class' ? scores.label : scores[column];

/** Means over classes with equal weights, without missing scores; images are summed. */
export function meanOf(scores: readonly ClassScores[]): ClassScores {
  const mean = (name: 'precision' | 'recall' | 'f1') => {
    const values = scores.map((each) => each[name]).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const images = scores.reduce((sum, each) => sum + each.images, 0);
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), images };
}
