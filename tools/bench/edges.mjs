/**
 * The rows of the bench: edges that agents observe, tick by tick. An int64, two texts of few distinct
 * values, a double without pattern.
 */

/** Ticks of a bulk of rows, whatever their number. */
export const TICKS = 200_000;
const SOURCES = 1000;
const KINDS = ["follows", "trusts", "trades", "blocks", "knows", "owes", "likes", "leads"];
const BATCH_ROWS = 65_536;

export const columns = /** @type {const} */ ({
  tick: "i64",
  source: "str",
  kind: "str",
  weight: "f64",
});

/**
 * @typedef {{ tick: number, source: string, kind: string, weight: number }} Edge
 * @typedef {"ascending" | "shuffled"} Order of ticks, as a simulation writes them, or at random
 */

/** A weight that depends on the row alone: the fraction of a multiplicative hash. @param {number} i */
const weightAt = (i) => (Math.imul(i + 1, 0x9e3779b1) >>> 0) / 2 ** 32;
/** @param {number} i */
const sourceAt = (i) => Math.imul(i, 7919) % SOURCES;
/** @param {number} i */
const kindAt = (i) => (i >> 3) % KINDS.length;

/** @param {number} i @param {number} rows @param {Order} order */
function tickAt(i, rows, order) {
  if (order === "ascending") return Math.floor((i * TICKS) / rows);
  return Math.floor(weightAt(i) * TICKS);
}

/** @param {number} i @param {number} rows of the whole bulk @returns {Edge} */
export function edgeAt(i, rows) {
  return {
    tick: tickAt(i, rows, "ascending"),
    source: `agent_${Math.abs(sourceAt(i))}`,
    kind: /** @type {string} */ (KINDS[kindAt(i)]),
    weight: weightAt(i),
  };
}

/** Row `i` of a history of one-row commits: tick `i`. @param {number} i @returns {Edge} */
export function edgeOfCommit(i) {
  return { ...edgeAt(i, 1), tick: i };
}

/**
 * All rows as one Arrow table of many batches, whose texts are dictionaries.
 *
 * @param {typeof import("apache-arrow")} arrow the release that the side takes
 * @param {number} rows
 * @param {Order} [order]
 */
export function edgeTable(arrow, rows, order = "ascending") {
  const text = (/** @type {number} */ id) =>
    new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), id);
  const schema = new arrow.Schema([
    new arrow.Field("tick", new arrow.Int64(), false),
    new arrow.Field("source", text(0), false),
    new arrow.Field("kind", text(1), false),
    new arrow.Field("weight", new arrow.Float64(), false),
  ]);
  const sources = arrow.vectorFromArray(
    Array.from({ length: SOURCES }, (_, i) => `agent_${i}`),
    new arrow.Utf8(),
  );
  const kinds = arrow.vectorFromArray(KINDS, new arrow.Utf8());
  const batches = [];
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, rows - start);
    const each = { length, nullCount: 0 };
    const fill = (/** @type {any} */ values, /** @type {(i: number) => any} */ valueAt) => {
      for (let i = 0; i < length; i++) values[i] = valueAt(start + i);
      return values;
    };
    const children = [
      arrow.makeData({
        type: schema.fields[0]?.type,
        data: fill(new BigInt64Array(length), (i) => BigInt(tickAt(i, rows, order))),
        ...each,
      }),
      arrow.makeData({
        type: schema.fields[1]?.type,
        data: fill(new Int32Array(length), (i) => Math.abs(sourceAt(i))),
        dictionary: sources,
        ...each,
      }),
      arrow.makeData({
        type: schema.fields[2]?.type,
        data: fill(new Int32Array(length), kindAt),
        dictionary: kinds,
        ...each,
      }),
      arrow.makeData({
        type: schema.fields[3]?.type,
        data: fill(new Float64Array(length), weightAt),
        ...each,
      }),
    ];
    const data = arrow.makeData({ type: new arrow.Struct(schema.fields), children, ...each });
    batches.push(new arrow.RecordBatch(schema, data));
  }
  return new arrow.Table(schema, batches);
}
