/** Whether the tensors cover the data, without hole or overlap. Source: docs/format/safetensors.md, "Data". */
import { SafetensorsError, type SafetensorsErrorCode } from "../errors.js";
import { extentOf } from "../shape.js";
import type { Entry } from "./entry.js";
import type { TensorInfo } from "./header.js";

/** Where the data of a file lie, in bytes. */
export interface DataSpan {
  /** Byte of the file at which they start. */
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * The tensors in the order of their data. Sorted by begin and end: a tensor without values shares its
 * begin with the next one.
 *
 * @throws SafetensorsError `INVALID_OFFSETS`, `SIZE_MISMATCH`, `OVERFLOW`, `MISALIGNED`, `TRUNCATED`,
 *   `TRAILING_BYTES`
 */
export function coverData(
  entries: ReadonlyMap<string, Entry>,
  data: DataSpan,
): ReadonlyMap<string, TensorInfo> {
  let covered = 0;
  const tensors = inDataOrder(entries);
  for (const entry of tensors.values()) {
    place(entry, covered, data);
    covered = entry.end;
  }
  if (covered > data.byteLength) throw truncated([...tensors.values()], covered, data);
  if (covered < data.byteLength) throw trailing(covered, data);
  return tensors as ReadonlyMap<string, TensorInfo>;
}

/** Most files have their entries in this order already. */
function inDataOrder(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
  let last: Entry | undefined;
  for (const entry of entries.values()) {
    if (last !== undefined && compare(last, entry) > 0) {
      const sorted = [...entries.values()].sort(compare);
      return new Map(sorted.map((each) => [each.name, each]));
    }
    last = entry;
  }
  return entries;
}

function compare(a: Entry, b: Entry): number {
  return a.begin - b.begin || a.end - b.end;
}

/** Checks an entry and fills in the rest. @param covered end of the data before this tensor's */
function place(
  entry: Entry & { exactShape?: readonly bigint[] },
  covered: number,
  data: DataSpan,
): void {
  const { name, dtype, shape, begin, end } = entry;
  if (begin !== covered) throw displaced(entry, covered, data);
  if (end < begin) {
    throw entryFault("INVALID_OFFSETS", entry, data, "ends before it begins");
  }
  const { elementCount, byteLength } = extentOf(name, dtype, shape);
  if (byteLength !== end - begin) {
    throw entryFault(
      "SIZE_MISMATCH",
      entry,
      data,
      `spans ${end - begin} bytes, but ${dtype} [${shape.join(", ")}] takes ${byteLength}`,
      { dtype, shape, expectedBytes: byteLength, actualBytes: end - begin },
    );
  }
  entry.elementCount = elementCount;
  // Beyond 2^53-1 a dimension is taken only where another one is 0.
  if (elementCount === 0 && shape.some((dimension) => typeof dimension === "bigint")) {
    entry.exactShape = shape.map(BigInt);
    entry.shape = shape.map(Number);
  }
}

function displaced(entry: Entry, covered: number, data: DataSpan): Error {
  const distance = Math.abs(entry.begin - covered);
  const wrong =
    entry.begin > covered
      ? `leaves a hole of ${distance} bytes`
      : `overlaps ${distance} bytes of what lies before`;
  const message = `${wrong}: its data must begin at ${covered}`;
  return entryFault("INVALID_OFFSETS", entry, data, message, { expectedBegin: covered });
}

function entryFault(
  code: SafetensorsErrorCode,
  { name, begin, end }: Entry,
  data: DataSpan,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Error {
  return new SafetensorsError(
    code,
    `tensor ${JSON.stringify(name)} with data_offsets [${begin}, ${end}] ${message}`,
    { ...details, tensor: name, begin, end, offset: data.offset + begin },
  );
}

function truncated(tensors: readonly Entry[], covered: number, data: DataSpan): Error {
  const first = tensors.find(({ end }) => end > data.byteLength);
  const missingBytes = covered - data.byteLength;
  return new SafetensorsError(
    "TRUNCATED",
    `the file ends ${missingBytes} bytes early: the tensors need ${covered} bytes of data, there are ` +
      `${data.byteLength}; the first that is not whole is ${JSON.stringify(first?.name)}`,
    {
      missingBytes,
      expectedBytes: covered,
      actualBytes: data.byteLength,
      offset: data.offset + data.byteLength,
      ...(first !== undefined && { tensor: first.name }),
    },
  );
}

function trailing(covered: number, data: DataSpan): Error {
  const extraBytes = data.byteLength - covered;
  return new SafetensorsError(
    "TRAILING_BYTES",
    `${extraBytes} bytes follow the last tensor: the tensors need ${covered} bytes of data, there are ` +
      `${data.byteLength}`,
    {
      extraBytes,
      expectedBytes: covered,
      actualBytes: data.byteLength,
      offset: data.offset + covered,
    },
  );
}
