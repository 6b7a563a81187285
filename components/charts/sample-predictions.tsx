import { useState } from 'react';
import { wallColumns } from '@/lib/run/sample-predictions.ts';
import { wallByClass } from '@/lib/series/sample-predictions.ts';

interface WallProps {
  /** Where the picture of all images is. */
  picture: string;
  labels: readonly number[];
  /** What each image is taken for; null before the first epoch. */
  predicted: Uint8Array | null;
  classes: readonly string[];
}

/**
 * Some validation images, class by class: a whole green border is a right answer, a broken red one with a cross a wrong
 * one. What lies under the pointer is said below.
 */
export function SamplePredictions({ picture, labels, predicted, classes }: WallProps) {
  const [pointed, point] = useState<number | null>(null);
  const nameOf = (label: number | undefined) => (label === undefined ? '–' : (classes[label] ?? `class ${label}`));
  const inWords = (place: number) => {
    const truth = nameOf(labels[place]);
    if (!predicted) return `${truth}, not seen yet`;
    return predicted[place] === labels[place] ? `${truth}: right` : `${truth}, taken for ${nameOf(predicted[place])}`;
  };
  const rows = Math.ceil(labels.length / wallColumns);
  return (
    <>
      <div className="grid gap-1.5" onPointerLeave={() => point(null)}>
        {wallByClass(labels).map(({ label, places }) => (
          <div key={label} className="items-center gap-2 sm:flex">
            <p className="w-20 shrink-0 truncate text-soft text-xs sm:text-right">{nameOf(label)}</p>
            <ul className="grid grow grid-cols-10 gap-0.5 sm:grid-cols-20">
              {places.map((place) => (
                <Tile
                  key={place}
                  picture={picture}
                  place={place}
                  rows={rows}
                  answer={!predicted ? 'none' : predicted[place] === label ? 'right' : 'wrong'}
                  label={inWords(place)}
                  onPoint={() => point(place)}
                />
              ))}
            </ul>
          </div>
        ))}
      </div>
      <p className="mt-2 h-5 text-soft text-xs">
        {pointed === null ? 'Whole border: right. Broken border and cross: wrong.' : inWords(pointed)}
      </p>
    </>
  );
}

interface TileProps {
  picture: string;
  place: number;
  rows: number;
  answer: 'none' | 'right' | 'wrong';
  label: string;
  onPoint: () => void;
}

const borders = { none: 'border-line', right: 'border-good', wrong: 'border-bad border-dashed' };

function Tile({ picture, place, rows, answer, label, onPoint }: TileProps) {
  const [column, row] = [place % wallColumns, Math.floor(place / wallColumns)];
  return (
    <li
      data-answer={answer}
      title={label}
      onPointerEnter={onPoint}
      className={`relative aspect-square rounded-sm border-2 bg-origin-content [image-rendering:pixelated] ${borders[answer]}`}
      style={{
        backgroundImage: `url("${picture}")`,
        backgroundSize: `${wallColumns * 100}% ${rows * 100}%`,
        backgroundPosition: `${(column / (wallColumns - 1)) * 100}% ${rows > 1 ? (row / (rows - 1)) * 100 : 0}%`,
      }}
    >
      <span className="sr-only">{label}</span>
      {answer === 'wrong' && (
        <span
          aria-hidden
          className="absolute -right-0.5 -bottom-0.5 grid size-2.5 place-items-center rounded-tl-sm bg-bad font-bold text-[9px] text-panel leading-none"
        >
          ×
        </span>
      )}
    </li>
  );
}
