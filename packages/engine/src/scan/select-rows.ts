/** Filtering: which rows of a batch a predicate is true of, evaluated column by column. */
import type { Predicate } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { testColumn } from "./test-column.js";
import { allOf, anyOf, negate, type Truths, trueRows } from "./truth.js";

/**
 * Indexes of the rows of `batch` for which `predicate` is true, ascending; "all" for every row.
 *
 * Three-valued: a comparison with null is unknown, and unknown is not true. A column that the batch
 * lacks is all null. Columns may be of any type that a part may have, before they are aligned.
 *
 * @throws IoSchemaError `INVALID_FILTER` for a value that a column's values cannot be compared with.
 */
export function selectRows(batch: RecordBatch, predicate: Predicate): Int32Array | "all" {
  return trueRows(truthsOf(predicate, batch));
}

function truthsOf(predicate: Predicate, batch: RecordBatch): Truths {
  const rows = batch.numRows;
  switch (predicate.kind) {
    case "and":
      return allOf(
        rows,
        predicate.of.map((p) => truthsOf(p, batch)),
      );
    case "or":
      return anyOf(
        rows,
        predicate.of.map((p) => truthsOf(p, batch)),
      );
    case "not":
      return negate(truthsOf(predicate.of, batch));
    default: {
      const index = batch.schema.fields.findIndex(({ name }) => name === predicate.column);
      return testColumn(predicate, batch.data.children[index], rows);
    }
  }
}
