/** Which Arrow columns can be stored as they are, without a look at each value. */
import { type ColumnType, isStructType, parseColumnSpec, parseVectorType } from "@crv/core";
import { equalTypes } from "@crv/core/arrow";
import type { Data, DataType } from "apache-arrow";

/**
 * Whether `data` has the memory of a `target` column and holds nothing that a column of `type`
 * refuses. Nulls of the column itself, ticks and JSON text are not judged here.
 */
export function isClean(data: Data, type: ColumnType, target: DataType): boolean {
  if (!equalTypes(data.type, target)) return false;
  if (type === "str") return isDictionaryIntact(data);
  if (parseVectorType(type) !== undefined) return data.children[0]?.nullCount === 0;
  if (!isStructType(type)) return true;
  return Object.entries(type.struct).every(([name, spec], index) => {
    const field = parseColumnSpec(name, spec);
    const child = data.children[index];
    const childType = target.children[index]?.type;
    if (child === undefined || childType === undefined) return false;
    if (!field.nullable && child.nullCount > 0) return false;
    // JSON text in a field needs the look at each value.
    return field.type !== "struct" && field.type !== "list[struct]"
      ? isClean(child, field.type, childType)
      : false;
  });
}

/** No null among the texts, no code without text. */
function isDictionaryIntact(data: Data): boolean {
  const { dictionary, length } = data;
  if (dictionary === undefined || dictionary.nullCount > 0) return length === 0;
  const codes = data.values as Int32Array;
  const textCount = dictionary.length;
  for (let row = 0; row < length; row++) {
    const code = codes[row] as number;
    if (code < 0 || code >= textCount) return false;
  }
  return true;
}
