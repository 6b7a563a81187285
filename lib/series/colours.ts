import type { RunSummary } from '@/lib/run/run.ts';
import type { ColourToken } from './chart.ts';

/** How many runs in a row are told apart. The colours themselves are tokens: `--run-0` … in `globals.css`. */
export const runColourCount = 10;

/**
 * A run's colour, the same wherever it is shown. It follows from the run's number, so that any ten runs in a row differ
 * and neither a new run nor a deleted one changes another's.
 */
export const runColour = ({ number }: Pick<RunSummary, 'number'>): ColourToken => tokenOf(number);

const tokenOf = (number: number): ColourToken => `var(--run-${number % runColourCount})`;

/**
 * Colours for runs that are drawn together, from wherever in the list: each has its own, unless one before it has that;
 * then the next free one. Past ten they repeat.
 */
export function distinctColours(runs: readonly Pick<RunSummary, 'number'>[]): ColourToken[] {
  const colours: ColourToken[] = [];
  for (const { number } of runs) {
    const slots = Array.from({ length: runColourCount }, (_, step) => tokenOf(number + step));
    colours.push(slots.find((slot) => !colours.includes(slot)) ?? tokenOf(number));
  }
  return colours;
}
