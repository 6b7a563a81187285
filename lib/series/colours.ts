import type { RunSummary } from '@/lib/run/run.ts';
import type { ColourToken } from './chart.ts';

/** Number of distinct run colours: the tokens `--run-0` … in `globals.css`. */
export const runColourCount = 10;

/**
 * A run's colour, the same everywhere. It is derived from the run's number, so any ten consecutive runs differ, and adding
 * or deleting a run changes no other colour.
 */
export const runColour = ({ number }: Pick<RunSummary, 'number'>): ColourToken => colourToken(number);

const colourToken = (number: number): ColourToken => `var(--run-${number % runColourCount})`;

/**
 * Colours for runs drawn together. A run keeps its own colour unless an earlier one in the list has it; then it gets
 * the next free one. Beyond ten runs, colours repeat.
 */
export function distinctColours(runs: readonly Pick<RunSummary, 'number'>[]): ColourToken[] {
  const colours: ColourToken[] = [];
  for (const { number } of runs) {
    const slots = Array.from({ length: runColourCount }, (_, step) => colourToken(number + step));
    colours.push(slots.find((slot) => !colours.includes(slot)) ?? colourToken(number));
  }
  return colours;
}
