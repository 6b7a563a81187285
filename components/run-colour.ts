import type { Token } from './figure.ts';

/** How many runs in a row are told apart. The colours themselves are tokens: `--run-0` … in `globals.css`. */
export const runColourCount = 10;

/**
 * Gives every run its colour, the same wherever it is shown. A run takes the colour that its id points to, unless one
 * of the nine runs before it has it; then the next free one. So any ten runs in a row differ, a new run changes no
 * other's colour, and a deleted one changes few.
 * @param ids all runs there are, in any order; ids sort by time
 * @returns a CSS colour by id
 */
export function assignRunColours(ids: readonly string[]): Map<string, Token> {
  const slots: number[] = [];
  const colours = new Map<string, Token>();
  for (const id of [...ids].sort()) {
    const taken = new Set(slots.slice(1 - runColourCount));
    let slot = hash(id) % runColourCount;
    while (taken.has(slot)) slot = (slot + 1) % runColourCount;
    slots.push(slot);
    colours.set(id, `var(--run-${slot})`);
  }
  return colours;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193);
  return value >>> 0;
}
