/** More letters than this are no slip of the fingers. */
const mostSteps = 3;

/** The name that was probably meant by a misspelt one; null where none is near. */
export function nearestName(misspelt: string, names: readonly string[]): string | null {
  const [nearest] = names
    .map((name) => ({ name, steps: editDistance(misspelt, name) }))
    .sort((a, b) => a.steps - b.steps);
  return nearest && nearest.steps <= mostSteps ? nearest.name : null;
}

/** Letters to insert, delete or replace on the way from one word to another (Levenshtein, 1966). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(row[j]! + (letter === to[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
