/** How many bytes values take until they are written: an estimate that costs next to nothing. */
import { type ColumnType, isOpenType, isStructType, parseVectorType } from "@crv/core";
import type { PhysicalValue } from "@crv/core/arrow";

const ELEMENT_BYTES = { f32: 4, f64: 8, i32: 4, i64: 8 } as const;
/** An offset or a code beside each text or byte string. */
const OFFSET_BYTES = 4;

/** Bytes of any value of the type; undefined where each value has its own size. */
export function fixedSizeBytes(type: ColumnType): number | undefined {
  if (isStructType(type) || isOpenType(type) || type === "str" || type === "binary")
    return undefined;
  const vector = parseVectorType(type);
  if (vector !== undefined) return vector.size * ELEMENT_BYTES[vector.element];
  if (type === "bool") return 1;
  return type === "i32" || type === "f32" ? 4 : 8;
}

/** Of a text its length: a text that comes again is counted again, though it is held once. */
export function storedSizeBytes(value: PhysicalValue | null): number {
  if (typeof value === "string") return OFFSET_BYTES + value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return OFFSET_BYTES + value.byteLength;
  let bytes = 0;
  for (const field of value) bytes += storedSizeBytes(field);
  return bytes;
}
