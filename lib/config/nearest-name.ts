/** Maximum edit distance of a typo. */
const maxDistance = 3;

/** The most similar name to a misspelled one; null if none is close enough. */
export function nearestName(misspelled: string, names: readonly string[]): string | null {
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(misspelled, name) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= maxDistance ? nearest.name : null;
}

/** Number of letters to insert, delete or replace (Levenshtein, 1966). */
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
