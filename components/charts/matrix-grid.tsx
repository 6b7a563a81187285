import { heatOf, lightestForWhite } from '@/lib/series/confusion.ts';

export interface MatrixCell {
  text: string;
  /** Colour intensity: the share of the row, within 0…1. */
  share: number;
  /** Colour: correct predictions (or more of them), otherwise mistakes. */
  isGood: boolean;
  title: string;
}

interface MatrixGridProps {
  caption: string;
  classes: readonly string[];
  /** Rows: true class. Columns: predicted class. */
  cells: readonly (readonly MatrixCell[])[];
  /** Uses the phone layout at every width. */
  isNarrow?: boolean;
}

/** From here on, cells have the width of their numbers, and the table scrolls. */
const manyClasses = 20;

/** A table with a coloured cell for every pair of true and predicted class. */
export function MatrixGrid({ caption, classes, cells, isNarrow = false }: MatrixGridProps) {
  const isLarge = classes.length > manyClasses;
  const longest = cells.flat().reduce((max, { text }) => Math.max(max, text.length), 1);
  const minWidth = isLarge ? `${6 + classes.length * (0.5 + longest * 0.5)}rem` : undefined;
  return (
    <div className="overflow-x-auto">
      <table
        className={`w-full table-fixed border-separate border-spacing-px text-center text-[10px] ${isNarrow ? '' : 'sm:text-xs'}`}
        style={{ minWidth }}
      >
        <caption className="sr-only">{caption}. Rows: true class. Columns: predicted class.</caption>
        <thead>
          <tr>
            <th
              scope="col"
              className={`w-16 pr-2 pb-1 text-right align-bottom font-normal text-faint ${isNarrow ? '' : 'sm:w-22'}`}
            >
              true ↓ predicted →
            </th>
            {classes.map((name) => (
              <th key={name} scope="col" className="pb-1 align-bottom font-normal text-soft">
                <span
                  className={`inline-block max-w-full truncate align-bottom ${isNarrow || isLarge ? '[writing-mode:sideways-lr]' : 'max-lg:[writing-mode:sideways-lr]'}`}
                >
                  {name}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((row, truth) => (
            <tr key={classes[truth]}>
              <th scope="row" className="truncate pr-2 text-right font-normal text-soft">
                {classes[truth]}
              </th>
              {row.map((cell, predicted) => (
                <Cell key={classes[predicted]} {...cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ text, share, isGood, title }: MatrixCell) {
  const heat = heatOf(share);
  const colour = isGood ? 'var(--heat-right)' : 'var(--heat-wrong)';
  return (
    <td
      title={title}
      className={`h-7 overflow-hidden rounded-xs ${text.length > 3 ? 'max-sm:text-[0.5rem]' : ''}`}
      style={{
        background: `color-mix(in oklab, ${colour} ${(heat * 100).toFixed(0)}%, var(--panel))`,
        color: heat >= lightestForWhite ? 'var(--on-heat)' : share === 0 ? 'var(--faint)' : 'var(--ink)',
      }}
    >
      {text}
    </td>
  );
}
