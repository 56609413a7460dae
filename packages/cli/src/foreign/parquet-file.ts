/** A Parquet file that crv did not write, read by row groups so that memory stays bounded. */
import { CrvError } from "crv";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type DecodedArray,
  type FileMetaData,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { emptyFile, unreadableFile } from "./unreadable-file.js";

export interface ParquetFile {
  readonly path: string;
  readonly metadata: FileMetaData;
  readonly rowCount: number;
  /** Timestamps and dates come as microseconds since 1970, in bigint. */
  readonly scan: ParquetScan;
}

/** @throws CrvError `NOT_FOUND`, or `INVALID_ARGUMENT` when it is not a Parquet file. */
export async function openParquetFile(path: string): Promise<ParquetFile> {
  const file = await openFile(path);
  if (file.byteLength === 0) throw emptyFile(path, "Parquet");
  try {
    const metadata = await parquetMetadataAsync(file);
    const scan = await parquetScan({ file, metadata, compressors, utf8: false, parsers: EXACT });
    return { path, metadata, rowCount: Number(metadata.num_rows), scan };
  } catch (cause) {
    throw unreadableFile({ path, format: "Parquet" }, cause);
  }
}

/** Row ranges of the row groups, in file order. */
export function rowGroupRanges({ metadata }: ParquetFile): { rowStart: number; rowEnd: number }[] {
  let rowEnd = 0;
  return metadata.row_groups.map(({ num_rows }) => {
    const rowStart = rowEnd;
    rowEnd += Number(num_rows);
    return { rowStart, rowEnd };
  });
}

/** One column of one row group. @throws CrvError `INVALID_ARGUMENT` when it cannot be decoded. */
export async function readParquetColumn(
  { path, scan }: ParquetFile,
  column: string,
  range: { readonly rowStart: number; readonly rowEnd: number },
): Promise<DecodedArray> {
  try {
    return await scan.readColumn({ column, ...range });
  } catch (cause) {
    if (cause instanceof CrvError) throw cause;
    const what = `column ${JSON.stringify(column)}`;
    throw unreadableFile({ path, format: "Parquet", what }, cause);
  }
}

/** Decoding without loss: hyparquet's own parsers make a Date, which keeps milliseconds only. */
const EXACT = {
  timestampFromMilliseconds: (millis: bigint) => millis * 1000n,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds(nanos: bigint) {
    if (nanos % 1000n === 0n) return nanos / 1000n;
    throw new CrvError(
      "INVALID_VALUE",
      `the timestamp ${nanos} ns is finer than a microsecond, which a table cannot hold`,
    );
  },
  dateFromDays: (days: number) => BigInt(days) * 86_400_000_000n,
  stringFromBytes: textOf,
  jsonFromBytes: textOf,
};

/** TextDecoder takes a byte order mark at the beginning for a mark; in a cell it is text. */
function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

async function openFile(path: string): Promise<AsyncBuffer> {
  try {
    return await asyncBufferFromFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CrvError("NOT_FOUND", `cannot open ${JSON.stringify(path)}: ${reason}`, { cause });
  }
}
