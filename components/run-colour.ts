import type { RunSummary } from '@/lib/run.ts';
import type { Token } from './figure.ts';

/** How many runs in a row are told apart. The colours themselves are tokens: `--run-0` … in `globals.css`. */
export const runColourCount = 10;

/**
 * A run's colour, the same wherever it is shown. It follows from the run's number, so that any ten runs in a row differ
 * and neither a new run nor a deleted one changes another's.
 */
export const runColour = ({ number }: Pick<RunSummary, 'number'>): Token => `var(--run-${number % runColourCount})`;
