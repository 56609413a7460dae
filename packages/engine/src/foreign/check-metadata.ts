/** What a part says of its table in its key-value metadata, compared where it says it. Pure. */
import { checkCompatible, parseSchemaVersion, SchemaError, type TableKey } from "@crv/core";
import type { InspectedPart } from "@crv/storage-trait/parts";

/**
 * @throws SchemaError `INVALID_DESCRIPTOR` for a part of another table.
 * @throws VersionMismatch `VERSION_MISMATCH` for a schema that this release does not know.
 */
export function checkMetadata(table: TableKey, { path, metadata }: InspectedPart): void {
  const named = metadata.get("crv_table_name");
  if (named !== undefined && named !== table) throw notTakenOver(path, `it is of table "${named}"`);
  const version = metadata.get("crv_schema_version");
  if (version !== undefined) checkCompatible(parseSchemaVersion(version), `part ${path}`);
}

export function notTakenOver(path: string, why: string): SchemaError {
  return new SchemaError(
    "INVALID_DESCRIPTOR",
    `${path} cannot be taken over: ${why}; move the file out of the run, or write it anew`,
    { details: { path, why } },
  );
}
