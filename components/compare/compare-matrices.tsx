import { MatrixGrid } from '@/components/charts/matrix-grid.tsx';
import { Card } from '@/components/ui/card.tsx';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { formatAccuracy } from '@/lib/format.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import type { ConfusionMatrix } from '@/lib/run/metrics.ts';
import { normalizeRows, subtractMatrix } from '@/lib/series/confusion.ts';
import type { ComparePartProps } from './compare-verdicts.tsx';

/** The confusion matrices of the first run and another one, and their difference. */
export function CompareMatrices({ compared, state, onChange }: ComparePartProps) {
  const [first, ...others] = compared;
  const other = others.find(({ run }) => run.id === state.other) ?? others[0];
  if (!first || !other) return null;
  const [otherMatrix, firstMatrix] = [other.run.confusion?.[state.test], first.run.confusion?.[state.test]];
  const note = state.test === 'tta' ? 'test images, with test-time augmentation' : 'test images, plain';
  return (
    <Card title="Confusion matrices" note={note}>
      {others.length > 1 && (
        <label className="mb-3 flex items-center gap-2 text-soft text-sm">
          Compare {first.name} with
          <select
            className="field w-56"
            value={other.run.id}
            onChange={(event) => onChange({ other: event.target.value })}
          >
            {others.map(({ run, name }) => (
              <option key={run.id} value={run.id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="grid gap-x-6 gap-y-5 lg:grid-cols-2">
        {[other, first].map((each) => (
          <MatrixOf key={each.run.id} each={each} matrix={each === other ? otherMatrix : firstMatrix} />
        ))}
        {otherMatrix && firstMatrix && otherMatrix.length === firstMatrix.length && (
          <Difference a={other} b={first} matrixA={otherMatrix} matrixB={firstMatrix} />
        )}
      </div>
    </Card>
  );
}

function MatrixOf({
  each: { run, name, colour },
  matrix,
}: {
  each: ComparedRun;
  matrix: ConfusionMatrix | null | undefined;
}) {
  return (
    <section aria-label={`Confusion matrix of ${name}`} className="min-w-0">
      <h3 className="mb-1.5 flex items-center gap-1.5 text-sm">
        <span className="size-2 rounded-full" style={{ background: colour }} aria-hidden />
        <span className="truncate font-medium">{name}</span>
        {matrix && <span className="text-soft">{formatAccuracy(diagonalShare(matrix))}</span>}
      </h3>
      {matrix ? (
        <MatrixGrid
          caption={`Confusion matrix of ${name}`}
          classes={run.classes}
          cells={normalizeRows(matrix).map((row, truth) =>
            row.map((share, predicted) => ({
              text: String(matrix[truth]![predicted]),
              share,
              isGood: truth === predicted,
              title: `${matrix[truth]![predicted]} images of ${run.classes[truth]} predicted as ${run.classes[predicted]}`,
            })),
          )}
        />
      ) : (
        <p className="text-faint">No confusion matrix for this test.</p>
      )}
    </section>
  );
}

interface DifferenceProps {
  a: ComparedRun;
  b: ComparedRun;
  matrixA: ConfusionMatrix;
  matrixB: ConfusionMatrix;
}

/** a − b in images, or in points of each row if the runs were tested on different images. */
function Difference({ a, b, matrixA, matrixB }: DifferenceProps) {
  const { classes } = a.run;
  const shares = normalizeRows(matrixA).map((row, truth) =>
    row.map((share, predicted) => share - normalizeRows(matrixB)[truth]![predicted]!),
  );
  const isSameTest = a.run.test?.hash === b.run.test?.hash;
  const counts = subtractMatrix(matrixA, matrixB);
  return (
    <section aria-label="Difference of the confusion matrices" className="min-w-0 lg:col-span-2 lg:mx-auto lg:w-1/2">
      <h3 className="mb-1.5 text-sm">
        <span className="font-medium">
          {a.name} − {b.name}
        </span>{' '}
        <span className="text-soft">{isSameTest ? 'images' : '% of row (tested on different images)'}</span>
      </h3>
      <MatrixGrid
        caption={`Difference of the confusion matrices, ${a.name} minus ${b.name}`}
        classes={classes}
        cells={shares.map((row, truth) =>
          row.map((share, predicted) => {
            const value = isSameTest ? counts[truth]![predicted]! : Number((share * 100).toFixed(1));
            const text = value === 0 ? '0' : `${value > 0 ? '+' : '−'}${Math.abs(value)}`;
            return {
              text,
              // Amplified: a tenth of a row is a large change.
              share: Math.min(1, Math.abs(share) * 4),
              // An increase is good on the diagonal and bad off it.
              isGood: (truth === predicted) === share > 0,
              title: `${classes[truth]} predicted as ${classes[predicted]}: ${text}`,
            };
          }),
        )}
      />
      <p className="mt-1.5 text-faint text-xs">
        Blue favours {a.name}: more correct predictions, fewer mistakes. Brown favours {b.name}.
      </p>
    </section>
  );
}
