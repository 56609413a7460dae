/** The rows as Polars takes them: an Arrow IPC stream. */
import * as arrow from "apache-arrow";
import { edgeTable } from "../../edges.mjs";

/** @param {number} rows */
export function edgesInIpc(rows) {
  return Buffer.from(arrow.tableToIPC(edgeTable(/** @type {any} */ (arrow), rows), "stream"));
}
