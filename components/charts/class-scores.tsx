'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { formatAccuracy, formatCount } from '@/lib/format.ts';
import { type ClassScores as Scores, scoreClasses } from '@/lib/run/confusion.ts';
import type { ConfusionMatrix } from '@/lib/run/metrics.ts';
import { meanOf, type ScoreColumn, type SortOrder, sortClasses } from './sort-classes.ts';

const columns: { column: ScoreColumn; help: string }[] = [
  { column: 'class', help: '' },
  { column: 'precision', help: 'share of the images predicted as this class that belong to it' },
  { column: 'recall', help: 'share of the images of this class that were predicted as it' },
  { column: 'f1', help: 'the harmonic mean of precision and recall' },
  { column: 'images', help: 'test images of this class' },
];

const names = { class: 'Class', precision: 'Precision', recall: 'Recall', f1: 'F1', images: 'Images' };

/** Precision, recall and F1 of every class, from the displayed matrix; clicking a column header sorts by it. */
export function ClassScores({ matrix, classes }: { matrix: ConfusionMatrix; classes: readonly string[] }) {
  const [order, setOrder] = useState<SortOrder>({ column: 'class', descending: false });
  const scores = scoreClasses(matrix).map((each, label) => ({ ...each, label, name: classes[label] ?? String(label) }));
  return (
    <table className="w-full text-right text-xs">
      <caption className="sr-only">Precision, recall and F1 of each class</caption>
      <thead>
        <tr>
          {columns.map(({ column, help }) => (
            <Heading key={column} column={column} help={help} order={order} onOrder={setOrder} />
          ))}
        </tr>
      </thead>
      <tbody>
        {sortClasses(scores, order).map((row) => (
          <tr key={row.label} className="border-line border-t">
            <th scope="row" className="py-1 text-left font-normal text-soft">
              {row.name}
            </th>
            <Figures scores={row} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-line-strong border-t font-semibold">
          <th scope="row" className="py-1 text-left" title="Every class has the same weight">
            Mean
          </th>
          <Figures scores={meanOf(scores)} />
        </tr>
      </tfoot>
    </table>
  );
}

interface HeadingProps {
  column: ScoreColumn;
  help: string;
  order: SortOrder;
  onOrder: (order: SortOrder) => void;
}

/** The first click sorts ascending: the weakest classes matter most. */
function Heading({ column, help, order, onOrder }: HeadingProps) {
  const isSorted = order.column === column;
  const Arrow = order.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={`pb-1 font-normal ${column === 'class' ? 'text-left' : ''}`}
    >
      <button
        type="button"
        title={help || undefined}
        onClick={() => onOrder({ column, descending: isSorted && !order.descending })}
        className={`inline-flex items-center gap-0.5 rounded-sm hover:text-ink ${isSorted ? 'text-ink' : 'text-faint'}`}
      >
        {names[column]}
        {isSorted && <Arrow size={11} aria-hidden />}
      </button>
    </th>
  );
}

const Figures = ({ scores }: { scores: Scores }) => (
  <>
    <td className="py-1">{formatAccuracy(scores.precision)}</td>
    <td className="py-1">{formatAccuracy(scores.recall)}</td>
    <td className="py-1">{formatAccuracy(scores.f1)}</td>
    <td className="py-1 text-soft">{formatCount(scores.images)}</td>
  </>
);
