/** Finds the name that was probably meant. */

/** Most edits between a name and what was meant by it: a slip, not another word. */
const EDITS_MAX = 2;

/** ` (did you mean "…"?)` when a candidate is close to `name`, else nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const closest = closestName(name, candidates);
  return closest === undefined ? "" : ` (did you mean "${closest}"?)`;
}

/** The candidate with the fewest edits from `name`, the first of several. */
export function closestName(name: string, candidates: Iterable<string>): string | undefined {
  const words = name.toLowerCase().replaceAll(/[-_\s]/g, "");
  let closest: string | undefined;
  let fewest = Math.min(EDITS_MAX, Math.floor(words.length / 2)) + 1;
  for (const candidate of candidates) {
    const edits = editCount(words, candidate.toLowerCase().replaceAll("_", ""), fewest);
    if (edits < fewest) {
      fewest = edits;
      closest = candidate;
    }
  }
  return closest;
}

/** Levenshtein's distance, or any number of at least `limit` when it is not below. */
function editCount(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const inserted = (current[column - 1] as number) + 1;
      const removed = (above[column] as number) + 1;
      current.push(Math.min(replaced, inserted, removed));
    }
    above = current;
  }
  return above[b.length] as number;
}
