import { MatrixGrid } from '@/components/charts/matrix-grid.tsx';
import { Card } from '@/components/ui/card.tsx';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { formatAccuracy } from '@/lib/format.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import type { ConfusionMatrix } from '@/lib/run/metrics.ts';
import { differenceOf, shareOfRow } from '@/lib/series/confusion.ts';
import type { ComparePartProps } from './compare-verdicts.tsx';

/** The confusion matrices of the first run and another, and what the other counts more or less. */
export function CompareMatrices({ compared, state, onChange }: ComparePartProps) {
  const [first, ...others] = compared;
  const other = others.find(({ run }) => run.id === state.other) ?? others[0];
  if (!first || !other) return null;
  const [of, against] = [other.run.confusion?.[state.test], first.run.confusion?.[state.test]];
  const title = state.test === 'tta' ? 'test images, with test-time augmentation' : 'test images, plain';
  return (
    <Card title="Confusion matrices" note={title}>
      {others.length > 1 && (
        <label className="mb-3 flex items-center gap-2 text-soft text-sm">
          Against {first.name}:
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
          <MatrixOf key={each.run.id} each={each} matrix={each === other ? of : against} />
        ))}
        {of && against && of.length === against.length && <Difference a={other} b={first} of={of} against={against} />}
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
          cells={shareOfRow(matrix).map((row, truth) =>
            row.map((share, predicted) => ({
              text: String(matrix[truth]![predicted]),
              share,
              isGood: truth === predicted,
              title: `${matrix[truth]![predicted]} images of ${run.classes[truth]} taken for ${run.classes[predicted]}`,
            })),
          )}
        />
      ) : (
        <p className="text-faint">It has none of this test.</p>
      )}
    </section>
  );
}

interface DifferenceProps {
  a: ComparedRun;
  b: ComparedRun;
  of: ConfusionMatrix;
  against: ConfusionMatrix;
}

/** In points of each row where the two were tested on different numbers of images, else in images. */
function Difference({ a, b, of, against }: DifferenceProps) {
  const { classes } = a.run;
  const shares = shareOfRow(of).map((row, truth) =>
    row.map((share, predicted) => share - shareOfRow(against)[truth]![predicted]!),
  );
  const isSameTest = a.run.test?.hash === b.run.test?.hash;
  const counts = differenceOf(of, against);
  return (
    <section aria-label="Difference of the matrices" className="min-w-0 lg:col-span-2 lg:mx-auto lg:w-1/2">
      <h3 className="mb-1.5 text-sm">
        <span className="font-medium">
          {a.name} − {b.name}
        </span>{' '}
        <span className="text-soft">{isSameTest ? 'images' : '% of row: they were tested on different images'}</span>
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
              // A tenth of a row is a large change.
              share: Math.min(1, Math.abs(share) * 4),
              // More on the diagonal is good, more beside it is not.
              isGood: (truth === predicted) === share > 0,
              title: `${classes[truth]} taken for ${classes[predicted]}: ${text}`,
            };
          }),
        )}
      />
      <p className="mt-1.5 text-faint text-xs">
        Blue is in favour of {a.name}: more right answers, fewer mistakes. Brown is in favour of {b.name}.
      </p>
    </section>
  );
}
