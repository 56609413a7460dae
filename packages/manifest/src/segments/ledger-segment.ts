/** A segment of the ledger. Source: docs/format/checkpoint.md, "Segments". */
import { ID_CHARS, LedgerRun, RUN_KINDS } from "../ledger-run.js";
import type { SegmentRef } from "../parts/part-chunk.js";
import { type ColumnTypes, decodeColumns, encodeColumns } from "./arrow-columns.js";

const TYPES: ColumnTypes = { id: ID_CHARS, kind: "code", version: "number" };

/** The bytes of a segment of this run. The same run always gives the same bytes. */
export function encodeLedgerSegment({ columns, count }: LedgerRun): Uint8Array {
  return encodeColumns(
    {
      id: { kind: "bytes", width: ID_CHARS, values: columns.ids },
      kind: { kind: "code", values: columns.kinds },
      version: { kind: "number", values: columns.versions },
    },
    count,
  );
}

/**
 * The run of a segment, or undefined when its columns are not those that a writer writes: ids in
 * order, known kinds, versions up to `last`.
 */
export function decodeLedgerSegment(
  bytes: Uint8Array,
  last: number,
  segment: SegmentRef,
): LedgerRun | undefined {
  const columns = decodeColumns(bytes, TYPES);
  if (columns === undefined) return undefined;
  const ids = columns.id?.values as Uint8Array;
  const kinds = columns.kind?.values as Uint8Array;
  const versions = columns.version?.values as Float64Array;
  const isSound = areFacts(kinds, versions, last) && areSorted(ids, kinds);
  return isSound ? new LedgerRun({ ids, kinds, versions }, segment) : undefined;
}

function areFacts(kinds: Uint8Array, versions: Float64Array, last: number): boolean {
  for (let row = 0; row < kinds.length; row++) {
    const version = versions[row] as number;
    if ((kinds[row] as number) >= RUN_KINDS.length) return false;
    if (!Number.isSafeInteger(version) || version < 1 || version > last) return false;
  }
  return true;
}

/** Ids are of the alphabet of ULIDs, and no pair of id and kind is there twice. */
function areSorted(ids: Uint8Array, kinds: Uint8Array): boolean {
  const text = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  if (!/^[0-9A-HJKMNP-TV-Z]*$/.test(text.toString("latin1"))) return false;
  // A plain loop: neighbours differ after a few characters, and opening does this for every operation.
  for (let row = 1; row < kinds.length; row++) {
    const end = (row + 1) * ID_CHARS;
    let at = row * ID_CHARS;
    while (at < end && ids[at] === ids[at - ID_CHARS]) at++;
    const isAfter =
      at < end
        ? (ids[at] as number) > (ids[at - ID_CHARS] as number)
        : (kinds[row] as number) > (kinds[row - 1] as number);
    if (!isAfter) return false;
  }
  return true;
}
