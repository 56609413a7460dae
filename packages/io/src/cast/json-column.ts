/**
 * Arrow text columns as input of open columns. Text of Arrow's JSON extension type is JSON by its
 * producer's word, and only checked to begin as the column's values do; other text is parsed whole.
 */
import type { ColumnType } from "@crv/core";
import type { Field } from "apache-arrow";
import { isPlainObject } from "./json-rules.js";

const JSON_EXTENSION = "arrow.json";

/** Whether a text is JSON that a column of `type` (struct or list[struct]) holds. */
export type JsonCheck = (text: string) => boolean;

export function jsonCheck(field: Field, type: ColumnType): JsonCheck {
  if (field.metadata.get("ARROW:extension:name") === JSON_EXTENSION) {
    const opening = type === "struct" ? /^\s*\{/ : /^\s*\[/;
    return (text) => opening.test(text);
  }
  return (text) => {
    const value = parse(text);
    if (type === "struct") return isPlainObject(value);
    return Array.isArray(value) && value.every(isPlainObject);
  };
}

/** Undefined when `text` is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
