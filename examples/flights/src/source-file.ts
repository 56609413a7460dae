/**
 * The input: `flights-3m.parquet` of the npm package vega-datasets, read with hyparquet one row
 * group at a time. Row groups follow each other in time; rows within one are in no order.
 */
import { fileURLToPath } from "node:url";
import {
  asyncBufferFromFile,
  type DecodedArray,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  type RowGroup,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { minuteOf } from "./calendar.js";
import type { Airports, FlightColumns } from "./flight-columns.js";

/** Where one row group lies, in rows and in time. */
export interface SourceGroup {
  readonly rowStart: number;
  /** Exclusive. */
  readonly rowEnd: number;
  /** Of its first and last flight. */
  readonly minuteMin: number;
  readonly minuteMax: number;
}

export interface SourceFile {
  /** In order of time. */
  readonly groups: readonly SourceGroup[];
  readonly scan: ParquetScan;
}

export async function openSource(): Promise<SourceFile> {
  // The package exports its code only; its data lies beside it.
  const path = new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets"));
  const file = await asyncBufferFromFile(fileURLToPath(path));
  const metadata = await parquetMetadataAsync(file);
  const scan = await parquetScan({
    file,
    metadata,
    compressors,
    parsers: { timestampFromMicroseconds: (micros: bigint) => minuteOf(Number(micros) / 1000) },
  });
  return { scan, groups: locateGroups(metadata.row_groups) };
}

export async function readFlights(
  { scan }: SourceFile,
  group: SourceGroup,
  airports: Airports,
): Promise<FlightColumns> {
  const read = (column: string) => scan.readColumn({ column, ...group });
  return {
    minute: toIntegers("date", await read("date")),
    delay: toIntegers("delay", await read("delay")),
    distance: toIntegers("distance", await read("distance")),
    origin: toCodes("origin", await read("origin"), airports),
    destination: toCodes("destination", await read("destination"), airports),
  };
}

/** Minutes and delays only, for figures to compare with. */
export async function readDelays(
  { scan }: SourceFile,
  group: SourceGroup,
): Promise<Pick<FlightColumns, "minute" | "delay">> {
  return {
    minute: toIntegers("date", await scan.readColumn({ column: "date", ...group })),
    delay: toIntegers("delay", await scan.readColumn({ column: "delay", ...group })),
  };
}

function locateGroups(rowGroups: readonly RowGroup[]): SourceGroup[] {
  let rowEnd = 0;
  const groups = rowGroups.map((group) => {
    const rowStart = rowEnd;
    rowEnd += Number(group.num_rows);
    const dates = group.columns.find((column) => column.meta_data?.path_in_schema[0] === "date");
    const { min_value: first, max_value: last } = dates?.meta_data?.statistics ?? {};
    if (!(first instanceof Date && last instanceof Date)) {
      throw new Error("the flights file has no statistics of its dates; is it another release?");
    }
    const minuteMin = minuteOf(first.getTime());
    return { rowStart, rowEnd, minuteMin, minuteMax: minuteOf(last.getTime()) };
  });
  return groups.sort((a, b) => a.minuteMin - b.minuteMin);
}

function toIntegers(column: string, values: DecodedArray): Int32Array {
  const integers = new Int32Array(values.length);
  for (let i = 0; i < integers.length; i++) {
    const value = values[i] === null ? Number.NaN : Number(values[i]);
    integers[i] = value;
    // A typed array would cut a fraction or a large number without a word.
    if (integers[i] !== value) throw unexpected(column, values[i]);
  }
  return integers;
}

function toCodes(column: string, names: DecodedArray, airports: Airports): Int32Array {
  const codes = new Int32Array(names.length);
  for (let i = 0; i < codes.length; i++) {
    const name: unknown = names[i];
    if (typeof name !== "string") throw unexpected(column, name);
    codes[i] = airports.codeOf(name);
  }
  return codes;
}

function unexpected(column: string, value: unknown): Error {
  return new Error(`the flights file has ${String(value)} in column ${column}`);
}
