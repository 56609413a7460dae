/** Writing: from record batches to a stored, sealed part and its entry. */
import { IoWriteError, PART_BYTES_MAX, PART_ROWS_MAX } from "@crv/core";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type { PartWriteOutcome, PartWriteRequest } from "@crv/storage-trait/parts";
import type { EncodeOptions } from "./choose-properties.js";
import type { CodecPool } from "./codec-pool.js";
import { encodePart } from "./encode-part.js";
import { measurePart } from "./part-statistics.js";
import { withPlainDictionaries } from "./plain-batches.js";

/** Encodes, creates and seals one part, as {@link PartStore.write} says. */
export async function writePart(
  store: Pick<ObjectStore, "create">,
  pool: Pick<CodecPool, "encode">,
  asked: PartWriteRequest,
  options: EncodeOptions,
): Promise<PartWriteOutcome> {
  const request = { ...asked, batches: asked.batches.map(withPlainDictionaries) };
  const { key, table, batches, bucket, durability } = request;
  checkRequest(request);
  const { rows, tickMin, tickMax, columns, rowGroups } = measurePart(
    table,
    batches,
    options.rowGroupRows,
  );
  const bytes = await encodePart(request, options, pool);
  checkAtMost(request, "bytes", bytes.byteLength, PART_BYTES_MAX);
  const outcome = await store.create(key, bytes, { durability });
  if (outcome.kind !== "created") return outcome;
  const { sizeBytes, digest } = outcome.seal;
  return {
    kind: "created",
    part: {
      path: key,
      rows,
      bytes: sizeBytes,
      digest,
      bucket,
      tickMin,
      tickMax,
      columns,
      ...(rowGroups === undefined ? {} : { rowGroups }),
    },
  };
}

/** The batches come from the engine, so a wrong schema is a mistake of ours and has no code. */
function checkRequest(request: PartWriteRequest): void {
  const names = Object.keys(request.table.columns).join();
  for (const { schema } of request.batches) {
    const found = schema.fields.map(({ name }) => name).join();
    if (found !== names) throw new TypeError(`a batch of columns ${found} instead of ${names}`);
  }
  const rows = request.batches.reduce((sum, { numRows }) => sum + numRows, 0);
  if (rows === 0) throw new TypeError("a part holds at least one row");
  checkAtMost(request, "rows", rows, PART_ROWS_MAX);
}

function checkAtMost(
  { key }: PartWriteRequest,
  what: "rows" | "bytes",
  count: number,
  max: number,
): void {
  if (count <= max) return;
  throw new IoWriteError(
    "LIMIT_EXCEEDED",
    `${key} would have ${count} ${what}, at most ${max}: divide its rows`,
    { details: { key, [what]: count, max } },
  );
}
