/**
 * Native nested columns as JSON text: how the structs and lists of foreign parts are read into an
 * open column. int64 is written with all its digits, a date as ISO 8601, NaN and infinities as null.
 */
import { type Data, DataType, Vector } from "apache-arrow";
import { SchemaError } from "../errors.js";
import { isTextType, type TextReader, textReader } from "./text-reader.js";

/** Whether {@link jsonTextReader} can write the structs or lists of `type`. */
export function hasJsonText(type: DataType): boolean {
  return (
    isNested(type) && type.children.every((field) => hasJsonText(field.type) || isLeaf(field.type))
  );
}

/** The JSON text of each row; that of a null is `null`. */
export function jsonTextReader(data: Data): TextReader {
  const read = valueTextReader(data);
  return (row) => (data.getValid(row) ? read(row) : "null");
}

function valueTextReader(data: Data): TextReader {
  const { type } = data;
  if (DataType.isStruct(type)) return structTextReader(data);
  if (DataType.isFixedSizeList(type)) {
    return listTextReader(data, (row) => row * type.listSize);
  }
  if (DataType.isList(type) || DataType.isLargeList(type)) {
    return listTextReader(data, (row) => Number(data.valueOffsets[row]));
  }
  if (isTextType(type)) {
    const read = textReader(data);
    return (row) => JSON.stringify(read(row));
  }
  if (DataType.isNull(type)) return () => "null";
  const values = new Vector([data]);
  if (DataType.isDate(type) || DataType.isTimestamp(type)) {
    return (row) => JSON.stringify(new Date(values.get(row)));
  }
  if (isLeaf(type)) {
    return (row) => {
      const value: unknown = values.get(row);
      return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
    };
  }
  throw new SchemaError("INVALID_VALUE", `Arrow type ${type} has no JSON form`, {
    details: { type: String(type) },
  });
}

function isNested(type: DataType): boolean {
  return (
    DataType.isStruct(type) ||
    DataType.isList(type) ||
    DataType.isLargeList(type) ||
    DataType.isFixedSizeList(type)
  );
}

function isLeaf(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isTextType(type.dictionary);
  return (
    isTextType(type) ||
    DataType.isNull(type) ||
    DataType.isBool(type) ||
    DataType.isInt(type) ||
    DataType.isFloat(type) ||
    DataType.isDate(type) ||
    DataType.isTimestamp(type)
  );
}

function structTextReader(data: Data): TextReader {
  const members = data.type.children.map((field: { name: string }, index: number) => ({
    name: JSON.stringify(field.name),
    read: jsonTextReader(data.children[index] as Data),
  }));
  return (row) =>
    `{${members.map(({ name, read }: (typeof members)[number]) => `${name}:${read(row)}`).join(",")}}`;
}

function listTextReader(data: Data, offsetOf: (row: number) => number): TextReader {
  const read = jsonTextReader(data.children[0] as Data);
  return (row) => {
    const texts: string[] = [];
    const end = offsetOf(row + 1);
    for (let index = offsetOf(row); index < end; index++) texts.push(read(index));
    return `[${texts.join(",")}]`;
  };
}
