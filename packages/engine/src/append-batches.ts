/** The rows of one append, of which the first are held in memory. */
import type { RecordBatch } from "apache-arrow";

/** More rows are worth a part of their own. */
const SHARED_ROWS_MAX = 4096;

export interface HeldRows {
  /** All of them, once. */
  readonly rows: AsyncIterable<RecordBatch>;
  /** All of them, when they are few enough to share a part with others. */
  readonly small: readonly RecordBatch[] | undefined;
}

/** Reads the beginning of `rows`: to its end when they are few. */
export async function holdSmall(rows: AsyncIterable<RecordBatch>): Promise<HeldRows> {
  const iterator = rows[Symbol.asyncIterator]();
  const held: RecordBatch[] = [];
  let count = 0;
  while (count <= SHARED_ROWS_MAX) {
    const next = await iterator.next();
    if (next.done === true) return { rows: replay(held), small: held };
    held.push(next.value);
    count += next.value.numRows;
  }
  return { rows: resume(held, iterator), small: undefined };
}

export async function* replay(batches: Iterable<RecordBatch>): AsyncIterable<RecordBatch> {
  yield* batches;
}

async function* resume(
  held: readonly RecordBatch[],
  rest: AsyncIterator<RecordBatch>,
): AsyncIterable<RecordBatch> {
  try {
    yield* held;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
