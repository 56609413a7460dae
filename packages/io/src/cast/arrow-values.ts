/**
 * Values of an Arrow column as `append` would take them from a row object, so that the same rules
 * judge both: safe integers as numbers, other int64 as BigInt, timestamps as BigInt microseconds.
 */
import { dictionaryTextReader, isTextType, textReader } from "@crv/core/arrow";
import { type Data, DataType, DateUnit, TimeUnit, Vector } from "apache-arrow";

/** The value of a row, null when it has none. */
export type ValueReader = (row: number) => unknown;

const DAY_MICROSECONDS = 86_400_000_000n;

export function valueReader(data: Data): ValueReader {
  const read = presentReader(data);
  return data.nullCount > 0 ? (row) => (data.getValid(row) ? read(row) : null) : read;
}

/** Reads rows that are not null. */
function presentReader(data: Data): ValueReader {
  const { type, values } = data;
  if (DataType.isTimestamp(type)) return timestampReader(type.unit, values as BigInt64Array);
  if (DataType.isDate(type)) {
    return type.unit === DateUnit.DAY
      ? (row) => BigInt(values[row]) * DAY_MICROSECONDS
      : (row) => BigInt(values[row]) * 1000n;
  }
  if (DataType.isInt(type) && type.bitWidth === 64) return int64Reader(values);
  if (isTextType(type)) return textReader(data);
  if (DataType.isDictionary(type) && isTextType(type.dictionary) && data.dictionary) {
    const textOf = dictionaryTextReader(data.dictionary);
    return (row) => textOf(Number(values[row]));
  }
  if (DataType.isStruct(type)) return structReader(data);
  if (DataType.isFixedSizeList(type)) {
    return listReader(data, (row) => row * type.listSize);
  }
  if (DataType.isList(type) || DataType.isLargeList(type)) {
    return listReader(data, (row) => Number(data.valueOffsets[row]));
  }
  const vector = new Vector([data]);
  return (row) => vector.get(row);
}

function int64Reader(values: BigInt64Array | BigUint64Array): ValueReader {
  return (row) => {
    const value = values[row] as bigint;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  };
}

/** Finer than microseconds: a fraction, which no rule of timestamps takes. */
function timestampReader(unit: TimeUnit, values: BigInt64Array): ValueReader {
  const valueAt = (row: number): bigint => values[row] as bigint;
  switch (unit) {
    case TimeUnit.SECOND:
      return (row) => valueAt(row) * 1_000_000n;
    case TimeUnit.MILLISECOND:
      return (row) => valueAt(row) * 1000n;
    case TimeUnit.MICROSECOND:
      return valueAt;
    default:
      return (row) => {
        const value = valueAt(row);
        return value % 1000n === 0n ? value / 1000n : Number(value) / 1000;
      };
  }
}

function structReader(data: Data): ValueReader {
  const fields = (data.type.children as { name: string }[]).map(({ name }, index) => ({
    name,
    read: valueReader(data.children[index] as Data),
  }));
  // fromEntries defines members, so that a field called __proto__ is data like others.
  return (row) => Object.fromEntries(fields.map(({ name, read }) => [name, read(row)]));
}

function listReader(data: Data, offsetOf: (row: number) => number): ValueReader {
  const read = valueReader(data.children[0] as Data);
  return (row) => {
    const start = offsetOf(row);
    return Array.from({ length: offsetOf(row + 1) - start }, (_, index) => read(start + index));
  };
}
