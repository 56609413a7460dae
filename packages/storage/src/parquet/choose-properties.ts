/** Chooses how a part is written: encodings by a sample of its rows, and what its key-values say. */
import { type ColumnType, formatSchemaVersion, parseVectorType } from "@crv/core";
import type { PartWriteRequest } from "@crv/storage-trait/parts";
import { chooseEncoding } from "./column-encoding.js";
import type { PartProperties } from "./part-properties.js";

export type EncodeOptions = Pick<PartProperties, "compression" | "rowGroupRows">;

export function chooseProperties(
  { table, runId, batches }: Pick<PartWriteRequest, "table" | "runId" | "batches">,
  { compression, rowGroupRows }: EncodeOptions,
): PartProperties {
  const columns = Object.entries(table.columns);
  return {
    compression,
    rowGroupRows,
    // The texts of structs repeat, the numbers of vectors hardly ever do.
    hasDictionaries: !columns.some(([, type]) => isVector(type)),
    columns: columns.flatMap(([name, type], index) => {
      const encoding = chooseEncoding(type, batches, index);
      return encoding === undefined ? [] : [{ name, encoding }];
    }),
    keyValues: [
      ["crv_schema_version", formatSchemaVersion(table.version)],
      ["crv_table_name", table.name],
      ["crv_run_id", runId],
    ],
  };
}

function isVector(type: ColumnType): boolean {
  return parseVectorType(type) !== undefined;
}
