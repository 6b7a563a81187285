'use client';

import { useState } from 'react';
import { formatAccuracy, formatCount } from '@/lib/format.ts';
import { type Confusion, diagonalShare, type TestIdentity } from '@/lib/metrics.ts';
import { ClassScores } from './class-scores.tsx';
import { heatOf, lightestForWhite, shareOfRow } from './prepare-confusion.ts';
import { Segments } from './segments.tsx';

interface Props {
  /** One of both at least. */
  confusion: Confusion;
  classes: readonly string[];
  test: TestIdentity | null;
}

const tests = { plain: 'plain', tta: 'with test-time augmentation' };

/**
 * Which classes were taken for which, on the test images: rows the true class, columns the predicted one. Below it what
 * that means for each class.
 */
export function ConfusionMatrix({ confusion, classes, test }: Props) {
  const [chosen, choose] = useState<'plain' | 'tta'>('tta');
  const [figures, setFigures] = useState<'counts' | 'shares'>('counts');
  const kind = confusion[chosen] ? chosen : chosen === 'tta' ? 'plain' : 'tta';
  const matrix = confusion[kind] ?? [];
  const shares = shareOfRow(matrix);
  const images = matrix.flat().reduce((sum, count) => sum + count, 0);
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <p className="text-soft text-sm">
          {formatCount(images)} test images of {test?.name ?? 'an unknown set'}, {tests[kind]}:{' '}
          <span className="font-semibold text-ink">{formatAccuracy(diagonalShare(matrix))}</span>
        </p>
        <div className="flex gap-2">
          {confusion.plain && confusion.tta && (
            <Segments label="Which test" value={kind} onChange={choose} choices={{ plain: 'Plain', tta: 'TTA' }} />
          )}
          <Segments
            label="Figures"
            value={figures}
            onChange={setFigures}
            choices={{ counts: 'Counts', shares: '% of row' }}
          />
        </div>
      </div>
      <div className="mt-3 overflow-x-auto">
        <table className="w-full table-fixed border-separate border-spacing-px text-center text-[10px] sm:text-xs">
          <caption className="sr-only">Confusion matrix. Rows: true class. Columns: predicted class.</caption>
          <thead>
            <tr>
              <th scope="col" className="w-16 pr-2 pb-1 text-right align-bottom font-normal text-faint sm:w-22">
                true ↓ predicted →
              </th>
              {classes.map((name) => (
                <th key={name} scope="col" className="pb-1 align-bottom font-normal text-soft">
                  <span className="inline-block max-w-full truncate align-bottom max-lg:[writing-mode:sideways-lr]">
                    {name}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, truth) => (
              <tr key={classes[truth]}>
                <th scope="row" className="truncate pr-2 text-right font-normal text-soft">
                  {classes[truth]}
                </th>
                {row.map((count, predicted) => (
                  <Cell
                    key={classes[predicted]}
                    text={figures === 'counts' ? String(count) : (shares[truth]![predicted]! * 100).toFixed(1)}
                    share={shares[truth]![predicted]!}
                    isRight={truth === predicted}
                    title={`${count} images of ${classes[truth]}, ${formatAccuracy(shares[truth]![predicted]!)} of them, taken for ${classes[predicted]}`}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3 className="mt-5 mb-1.5 font-semibold text-sm">
        Per class <span className="font-normal text-faint text-xs">{tests[kind]}</span>
      </h3>
      <ClassScores matrix={matrix} classes={classes} />
    </>
  );
}

interface CellProps {
  text: string;
  share: number;
  isRight: boolean;
  title: string;
}

function Cell({ text, share, isRight, title }: CellProps) {
  const heat = heatOf(share);
  const colour = isRight ? 'var(--heat-right)' : 'var(--heat-wrong)';
  return (
    <td
      title={title}
      className="h-7 overflow-hidden rounded-xs"
      style={{
        background: `color-mix(in oklab, ${colour} ${(heat * 100).toFixed(0)}%, var(--panel))`,
        color: heat >= lightestForWhite ? 'var(--on-heat)' : share === 0 ? 'var(--faint)' : 'var(--ink)',
      }}
    >
      {text}
    </td>
  );
}
