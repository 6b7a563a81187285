'use client';

import { useState } from 'react';
import { Segments } from '@/components/ui/segments.tsx';
import { formatAccuracy, formatCount } from '@/lib/format.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import type { Confusion, TestIdentity } from '@/lib/run/metrics.ts';
import { normalizeRows } from '@/lib/series/confusion.ts';
import { ClassScores } from './class-scores.tsx';
import { MatrixGrid } from './matrix-grid.tsx';

interface Props {
  /** At least one of `plain` and `tta`. */
  confusion: Confusion;
  classes: readonly string[];
  test: TestIdentity | null;
  /** Hides the scores per class. */
  isBrief?: boolean;
}

const tests = { plain: 'plain', tta: 'with test-time augmentation' };

/** The confusion matrix of the test images (rows: true class, columns: predicted class) and the scores per class. */
export function ConfusionMatrix({ confusion, classes, test, isBrief = false }: Props) {
  const [chosen, setChosen] = useState<'plain' | 'tta'>('tta');
  const [unit, setUnit] = useState<'counts' | 'shares'>('counts');
  const kind = confusion[chosen] ? chosen : chosen === 'tta' ? 'plain' : 'tta';
  const matrix = confusion[kind] ?? [];
  const shares = normalizeRows(matrix);
  const images = matrix.flat().reduce((sum, count) => sum + count, 0);
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <p className="text-soft text-sm">
          {formatCount(images)} test images of {test?.name ?? 'an unknown data set'}, {tests[kind]}:{' '}
          <span className="font-semibold text-ink">{formatAccuracy(diagonalShare(matrix))}</span>
        </p>
        <div className="flex gap-2">
          {confusion.plain && confusion.tta && (
            <Segments label="Test variant" value={kind} onChange={setChosen} choices={{ plain: 'Plain', tta: 'TTA' }} />
          )}
          <Segments
            label="Cell values"
            value={unit}
            onChange={setUnit}
            choices={{ counts: 'Counts', shares: '% of row' }}
          />
        </div>
      </div>
      <div className="mt-3">
        <MatrixGrid
          caption="Confusion matrix"
          classes={classes}
          isNarrow={isBrief}
          cells={matrix.map((row, truth) =>
            row.map((count, predicted) => {
              const share = shares[truth]![predicted]!;
              const [actual, guess] = [classes[truth], classes[predicted]];
              return {
                text: unit === 'counts' ? String(count) : (share * 100).toFixed(1),
                share,
                isGood: truth === predicted,
                title: `${count} images of ${actual} (${formatAccuracy(share)}) predicted as ${guess}`,
              };
            }),
          )}
        />
      </div>
      {!isBrief && (
        <>
          <h3 className="mt-5 mb-1.5 font-semibold text-sm">
            Per class <span className="font-normal text-faint text-xs">{tests[kind]}</span>
          </h3>
          <ClassScores matrix={matrix} classes={classes} />
        </>
      )}
    </>
  );
}
