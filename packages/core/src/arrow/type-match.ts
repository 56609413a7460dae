/** Which Arrow types are the same to us, and which can be taken for which without loss. */
import {
  DataType,
  type Dictionary,
  type Float32,
  type Float64,
  type Int32,
  type Int64,
  Precision,
  type TimestampMicrosecond,
  TimeUnit,
  type Utf8,
} from "apache-arrow";
import { hasJsonText } from "./json-text.js";
import { isTextType } from "./text-reader.js";

export function isInt64(type: DataType): type is Int64 {
  return DataType.isInt(type) && type.isSigned && type.bitWidth === 64;
}

export function isInt32(type: DataType): type is Int32 {
  return DataType.isInt(type) && type.isSigned && type.bitWidth === 32;
}

export function isFloat64(type: DataType): type is Float64 {
  return DataType.isFloat(type) && type.precision === Precision.DOUBLE;
}

export function isFloat32(type: DataType): type is Float32 {
  return DataType.isFloat(type) && type.precision === Precision.SINGLE;
}

export function isMicroseconds(type: DataType): type is TimestampMicrosecond {
  return DataType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND;
}

/** The type of str columns. */
export function isText(type: DataType): type is Dictionary<Utf8, Int32> {
  return DataType.isDictionary(type) && isInt32(type.indices) && DataType.isUtf8(type.dictionary);
}

/**
 * Whether columns of both types have the same memory, so that one may stand for the other. Names of
 * list elements, nullability, time zones and dictionary ids are left aside.
 */
export function equalTypes(a: DataType, b: DataType): boolean {
  if (isText(a)) return isText(b);
  if (DataType.isInt(a)) {
    return DataType.isInt(b) && a.bitWidth === b.bitWidth && a.isSigned === b.isSigned;
  }
  if (DataType.isFloat(a)) return DataType.isFloat(b) && a.precision === b.precision;
  if (DataType.isTimestamp(a)) return DataType.isTimestamp(b) && a.unit === b.unit;
  if (DataType.isFixedSizeList(a)) {
    return (
      DataType.isFixedSizeList(b) &&
      a.listSize === b.listSize &&
      equalTypes(a.valueType, b.valueType)
    );
  }
  if (DataType.isStruct(a)) {
    if (!DataType.isStruct(b) || a.children.length !== b.children.length) return false;
    return a.children.every(({ name, type }, index) => {
      const other = b.children[index];
      return other !== undefined && other.name === name && equalTypes(type, other.type);
    });
  }
  const isPlain = DataType.isBool(a) || DataType.isBinary(a) || DataType.isUtf8(a);
  return isPlain && a.typeId === b.typeId;
}

/**
 * Whether every value of a `source` column has its equal in a `target` column, as a builder of
 * `target` copies it. `target` is one that `arrowType` gives.
 */
export function isAppendable(source: DataType, target: DataType): boolean {
  if (DataType.isNull(source) || equalTypes(source, target)) return true;
  if (isText(target)) {
    return isTextType(source) || (DataType.isDictionary(source) && isTextType(source.dictionary));
  }
  if (DataType.isUtf8(target)) {
    return isTextType(source) || hasJsonText(source);
  }
  if (DataType.isBinary(target)) return DataType.isLargeBinary(source);
  if (DataType.isInt(target)) return fitsInteger(source, target.bitWidth);
  if (isFloat64(target)) return isFloat32(source) || fitsInteger(source, 32);
  if (isFloat32(target)) return fitsInteger(source, 16);
  if (DataType.isFixedSizeList(target)) {
    return (
      DataType.isFixedSizeList(source) &&
      source.listSize === target.listSize &&
      isAppendable(source.valueType, target.valueType)
    );
  }
  if (DataType.isStruct(target) && DataType.isStruct(source)) {
    return target.children.every((field) => {
      const from = source.children.find(({ name }) => name === field.name);
      return from === undefined || isAppendable(from.type, field.type);
    });
  }
  return false;
}

/** Whether signed integers of `bits` bits hold every value of `source`. */
function fitsInteger(source: DataType, bits: number): boolean {
  if (!DataType.isInt(source)) return false;
  return source.isSigned ? source.bitWidth <= bits : source.bitWidth < bits;
}
