/** Which batches a range of the original goes over. */

/** Without those that are not there; a negative step goes down, as the original's. */
export function* rangeOf(
  indexes: readonly number[],
  start: number,
  stop: number | undefined,
  step: number,
): Generator<number, undefined> {
  const chosen = new Set(indexes);
  const last = indexes.at(-1) ?? -1;
  const end = stop ?? last + 1;
  if (step > 0) {
    for (let i = start; i < Math.min(end, last + 1); i += step) if (chosen.has(i)) yield i;
  } else {
    const first = start > last ? start - Math.ceil((start - last) / -step) * -step : start;
    for (let i = first; i > Math.max(end, -1); i += step) if (chosen.has(i)) yield i;
  }
}
