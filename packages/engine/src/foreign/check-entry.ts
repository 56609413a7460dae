/** Whether the rows of a part that another program wrote may lie where it lies. Pure. */
import { BUCKET_COLUMN, IoSchemaError, type PartEntry, type TableDescriptor } from "@crv/core";

/**
 * @throws IoSchemaError `INVALID_TICK` for rows of another bucket; `NULL_VALUE`, `MISSING_COLUMN` for
 *   required columns.
 */
export function checkEntry(table: TableDescriptor, part: PartEntry): void {
  for (const column of table.required) {
    const found = part.columns[column];
    if (found === undefined) {
      throw refuse("MISSING_COLUMN", part, `it lacks the required column "${column}"`, { column });
    }
    if (found.nulls > 0) {
      const why = `its required column "${column}" holds ${found.nulls} nulls`;
      throw refuse("NULL_VALUE", part, why, { column, nulls: found.nulls });
    }
  }
  checkBucket(table, part);
}

function checkBucket({ tickColumn, tickBucketSize }: TableDescriptor, part: PartEntry): void {
  const { bucket, tickMin, tickMax, columns } = part;
  const low = tickMin === null ? 0 : Math.floor(tickMin / (tickBucketSize ?? 1));
  const high = tickMax === null ? 0 : Math.floor(tickMax / (tickBucketSize ?? 1));
  if (tickColumn !== null && (tickMin === null || tickMin < 0)) {
    throw refuse("INVALID_TICK", part, `its ticks begin at ${tickMin}, and must be at least 0`);
  }
  if (low !== bucket || high !== bucket) {
    const ticks = tickColumn === null ? "no ticks" : `ticks ${tickMin} to ${tickMax}`;
    throw refuse(
      "INVALID_TICK",
      part,
      `it has ${ticks}, which with ${tickBucketSize} ticks per bucket do not lie in bucket ${bucket}: say the bucket size that it was written with`,
      { tickMin, tickMax, bucket, tickBucketSize },
    );
  }
  const stored = columns[BUCKET_COLUMN];
  const isOwn =
    stored?.min === undefined || (Number(stored.min) === bucket && Number(stored.max) === bucket);
  if (!isOwn) {
    throw refuse("INVALID_VALUE", part, `its column "${BUCKET_COLUMN}" names other buckets`, {
      column: BUCKET_COLUMN,
      bucket,
    });
  }
}

function refuse(
  code: "INVALID_TICK" | "NULL_VALUE" | "MISSING_COLUMN" | "INVALID_VALUE",
  { path }: PartEntry,
  why: string,
  details: Readonly<Record<string, unknown>> = {},
): IoSchemaError {
  return new IoSchemaError(code, `${path} cannot be a part of its table: ${why}`, {
    details: { path, ...details },
  });
}
