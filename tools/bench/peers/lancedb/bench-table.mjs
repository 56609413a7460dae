/** The table that LanceDB's sides write and read. */
import { connect } from "@lancedb/lancedb";
import * as arrow from "apache-arrow";
import { edgeTable } from "../../edges.mjs";

const NAME = "edges";

/** With texts as plain columns: what a program of objects would make. */
export const plainSchema = new arrow.Schema([
  new arrow.Field("tick", new arrow.Int64(), false),
  new arrow.Field("source", new arrow.Utf8(), false),
  new arrow.Field("kind", new arrow.Utf8(), false),
  new arrow.Field("weight", new arrow.Float64(), false),
]);

/** @param {string} folder @param {arrow.Schema} [schema] */
export async function createBenchTable(folder, schema = plainSchema) {
  return (await connect(folder)).createEmptyTable(NAME, schema);
}

/** @param {string} folder */
export async function openBenchTable(folder) {
  return (await connect(folder)).openTable(NAME);
}

/** @param {number} rows */
export function edgesInArrow(rows) {
  return edgeTable(/** @type {any} */ (arrow), rows);
}

/** @param {import("../../edges.mjs").Edge} edge LanceDB takes an int64 as a bigint only */
export function edgeOf({ tick, ...rest }) {
  return { tick: BigInt(tick), ...rest };
}
