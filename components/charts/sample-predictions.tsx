import { useState } from 'react';
import { sampleColumns } from '@/lib/run/sample-predictions.ts';
import { groupByClass } from '@/lib/series/sample-predictions.ts';

interface SamplePredictionsProps {
  /** URL of the image that contains all tiles; null until it exists. */
  imageUrl: string | null;
  labels: readonly number[];
  /** The predicted class of each image; null before the first epoch. */
  predicted: Uint8Array | null;
  classes: readonly string[];
}

/**
 * Validation images by class: a solid green border if the prediction is correct, a dashed red one with a cross if it is
 * wrong. The image under the pointer is described below.
 */
export function SamplePredictions({ imageUrl, labels, predicted, classes }: SamplePredictionsProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const describeClass = (label: number | undefined) =>
    label === undefined ? '–' : (classes[label] ?? `class ${label}`);
  const describeImage = (image: number) => {
    const truth = describeClass(labels[image]);
    if (!predicted) return `${truth}, no prediction yet`;
    if (predicted[image] === labels[image]) return `${truth}: correct`;
    return `${truth}, predicted as ${describeClass(predicted[image])}`;
  };
  const rows = Math.ceil(labels.length / sampleColumns);
  return (
    <>
      <div className="grid gap-1.5" onPointerLeave={() => setPointed(null)}>
        {groupByClass(labels).map(({ label, images }) => (
          <div key={label} className="items-center gap-2 sm:flex">
            <p className="w-20 shrink-0 truncate text-soft text-xs sm:text-right">{describeClass(label)}</p>
            <ul className="grid grow grid-cols-10 gap-0.5 sm:grid-cols-20">
              {images.map((image) => (
                <Tile
                  key={image}
                  imageUrl={imageUrl}
                  index={image}
                  rows={rows}
                  answer={!predicted ? 'none' : predicted[image] === label ? 'right' : 'wrong'}
                  label={describeImage(image)}
                  onPoint={() => setPointed(image)}
                />
              ))}
            </ul>
          </div>
        ))}
      </div>
      <p className="mt-2 h-5 text-soft text-xs">
        {pointed === null ? 'Solid green: correct. Dashed red ×: wrong.' : describeImage(pointed)}
      </p>
    </>
  );
}

interface TileProps {
  imageUrl: string | null;
  index: number;
  /** Rows of tiles in the image. */
  rows: number;
  answer: 'none' | 'right' | 'wrong';
  label: string;
  onPoint: () => void;
}

const borders = { none: 'border-line', right: 'border-good', wrong: 'border-bad border-dashed' };

function Tile({ imageUrl, index, rows, answer, label, onPoint }: TileProps) {
  const [column, row] = [index % sampleColumns, Math.floor(index / sampleColumns)];
  return (
    <li
      data-answer={answer}
      title={label}
      onPointerEnter={onPoint}
      className={`relative aspect-square rounded-sm border-2 bg-origin-content [image-rendering:pixelated] ${borders[answer]}`}
      style={{
        backgroundImage: imageUrl === null ? undefined : `url("${imageUrl}")`,
        backgroundSize: `${sampleColumns * 100}% ${rows * 100}%`,
        backgroundPosition: `${(column / (sampleColumns - 1)) * 100}% ${rows > 1 ? (row / (rows - 1)) * 100 : 0}%`,
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
