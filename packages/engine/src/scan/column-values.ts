/** Reads the values of an Arrow column, of whatever width it is, as values that filters compare. */
import type { Scalar } from "@crv/core";
import { isTextType, readInt64, textReader, wordsOf } from "@crv/core/arrow";
import { type Data, DataType, Precision, TimeUnit } from "apache-arrow";
import { asNumber, type ValueKind } from "./value-test.js";

export interface ColumnValues {
  readonly kind: ValueKind;
  /** Requires: the row is not null. */
  at(row: number): Scalar;
}

/** Undefined for types that filters do not compare, and for dictionaries. */
export function columnValues(data: Data): ColumnValues | undefined {
  const { type } = data;
  if (isTextType(type)) return { kind: "text", at: textReader(data) };
  if (DataType.isBool(type)) return { kind: "flag", at: flagReader(data) };
  if (!isNumeric(type)) return undefined;
  const { values } = data;
  if (values instanceof BigInt64Array) return { kind: "number", at: int64Reader(values) };
  return { kind: "number", at: (row) => asNumber(values[row] as number | bigint) };
}

function isNumeric(type: DataType): boolean {
  if (DataType.isTimestamp(type)) return type.unit === TimeUnit.MICROSECOND;
  // Half floats are stored as integers.
  return DataType.isInt(type) || (DataType.isFloat(type) && type.precision !== Precision.HALF);
}

/** A BigInt is made of large values only. */
function int64Reader(values: BigInt64Array): (row: number) => number | bigint {
  const words = wordsOf(values);
  return (row) => {
    const value = readInt64(words, row);
    return Number.isSafeInteger(value) ? value : (values[row] as bigint);
  };
}

function flagReader({ values, offset }: Data): (row: number) => boolean {
  return (row) => {
    const bit = offset + row;
    return ((values[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  };
}
