/** Kinds of Arrow types, and which of them a column can be filled from at all. */
import { type ColumnType, isStructType, parseVectorType } from "@crv/core";
import { isTextType } from "@crv/core/arrow";
import { DataType } from "apache-arrow";

type Family = "null" | "number" | "bool" | "text" | "bytes" | "time" | "list" | "struct" | "other";

const SOURCES: Readonly<Record<string, readonly Family[]>> = {
  i64: ["number", "bool"],
  i32: ["number", "bool"],
  f64: ["number"],
  f32: ["number"],
  str: ["text"],
  bool: ["bool"],
  timestamp: ["time"],
  binary: ["bytes"],
  struct: ["struct", "text"],
  "list[struct]": ["list", "text"],
};

/** Whether some values of `source` may fit a column of `type`. Each value is still checked. */
export function canFill(source: DataType, type: ColumnType): boolean {
  const family = familyOf(source);
  return family === "null" || sourcesOf(type).includes(family);
}

function sourcesOf(type: ColumnType): readonly Family[] {
  if (isStructType(type)) return ["struct"];
  return parseVectorType(type) === undefined ? (SOURCES[type] ?? []) : ["list"];
}

function familyOf(type: DataType): Family {
  if (DataType.isNull(type)) return "null";
  if (DataType.isInt(type) || DataType.isFloat(type)) return "number";
  if (DataType.isBool(type)) return "bool";
  if (isTextType(type)) return "text";
  if (DataType.isDictionary(type)) return isTextType(type.dictionary) ? "text" : "other";
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return "time";
  if (DataType.isStruct(type)) return "struct";
  return isList(type) ? "list" : isBytes(type) ? "bytes" : "other";
}

function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

function isBytes(type: DataType): boolean {
  return (
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isBinaryView(type) ||
    DataType.isFixedSizeBinary(type)
  );
}
