/** Reads the values of one Arrow column as JavaScript values, by the column's type. */
import {
  type ColumnType,
  IoSchemaError,
  isOpenType,
  isStructType,
  parseColumnSpec,
  parseVectorType,
} from "@crv/core";
import { dictionaryTextReader, readInt64, textReader, wordsOf } from "@crv/core/arrow";
import { type Data, Vector } from "apache-arrow";
import type { Int64Mode } from "../tables/table-types.js";

/** The value of a row of the batch, null when it has none. */
export type RowReader = (row: number) => unknown;

export interface ReaderContext {
  /** Column, and field of a struct, as messages name it. */
  readonly column: string;
  readonly int64: Int64Mode;
  /** Index of the batch's first row in the whole result, for messages. */
  readonly firstRow: number;
}

type VectorArray = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** The range of Date, in milliseconds. */
const DATE_MS_MAX = 8_640_000_000_000_000n;

/**
 * A reader of `data`, a column of `type`.
 *
 * The reader throws IoSchemaError `UNSAFE_INTEGER` naming column and row for a value that the asked
 * form cannot hold exactly.
 */
export function rowReader(data: Data, type: ColumnType, context: ReaderContext): RowReader {
  const read = presentReader(data, type, context);
  return data.nullCount > 0 ? (row) => (data.getValid(row) ? read(row) : null) : read;
}

/** Reads rows that are not null. */
function presentReader(data: Data, type: ColumnType, context: ReaderContext): RowReader {
  if (isStructType(type)) return structReader(data, type.struct, context);
  if (isOpenType(type)) {
    const read = textReader(data);
    return (row) => JSON.parse(read(row)) as unknown;
  }
  const vector = parseVectorType(type);
  if (vector !== undefined) {
    const elements = data.children[0]?.values as VectorArray;
    return (row) => elements.slice(row * vector.size, (row + 1) * vector.size);
  }
  switch (type) {
    case "i64":
      return int64Reader(data, context);
    case "timestamp":
      return timestampReader(data, context);
    case "str":
      return dictionaryReader(data);
    case "binary":
      return bytesReader(data);
    case "bool": {
      const flags = new Vector([data]);
      return (row) => flags.get(row) as boolean;
    }
    default: {
      const numbers = data.values as Float64Array | Float32Array | Int32Array;
      return (row) => numbers[row];
    }
  }
}

function int64Reader({ values }: Data, context: ReaderContext): RowReader {
  if (context.int64 === "bigint") return (row) => values[row] as bigint;
  const words = wordsOf(values as BigInt64Array);
  return (row) => {
    const value = readInt64(words, row);
    if (Number.isSafeInteger(value)) return value;
    throw inexact(context, row, values[row], "beyond 2^53-1");
  };
}

function timestampReader({ values }: Data, context: ReaderContext): RowReader {
  if (context.int64 === "bigint") return (row) => values[row] as bigint;
  return (row) => {
    const microseconds = values[row] as bigint;
    const ms = microseconds / 1000n;
    const isExact = microseconds % 1000n === 0n && ms <= DATE_MS_MAX && ms >= -DATE_MS_MAX;
    if (isExact) return new Date(Number(ms));
    throw inexact(context, row, microseconds, "in microseconds and not exact as a Date");
  };
}

/** Each distinct text is decoded once. */
function dictionaryReader(data: Data): RowReader {
  const read = dictionaryTextReader(data.dictionary as Vector);
  const codes = data.values as Int32Array;
  const texts: string[] = [];
  return (row) => {
    const code = codes[row] as number;
    texts[code] ??= read(code) as string;
    return texts[code];
  };
}

/** Copies, so that a row does not keep its whole batch in memory. */
function bytesReader({ values, valueOffsets }: Data): RowReader {
  return (row) =>
    (values as Uint8Array).slice(Number(valueOffsets[row]), Number(valueOffsets[row + 1]));
}

function structReader(
  data: Data,
  fields: Readonly<Record<string, unknown>>,
  context: ReaderContext,
): RowReader {
  const readers = Object.entries(fields).map(([name, spec], index) => {
    const column = `${context.column}.${name}`;
    const { type } = parseColumnSpec(name, spec);
    return { name, read: rowReader(data.children[index] as Data, type, { ...context, column }) };
  });
  return (row) => Object.fromEntries(readers.map(({ name, read }) => [name, read(row)]));
}

function inexact(
  { column, firstRow }: ReaderContext,
  index: number,
  value: unknown,
  why: string,
): IoSchemaError {
  const row = firstRow + index;
  return new IoSchemaError(
    "UNSAFE_INTEGER",
    `column "${column}" of row ${row} is ${value}, ${why}: read with int64: "bigint"`,
    { details: { column, row, value } },
  );
}
