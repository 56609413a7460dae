/** `__metadata__`: texts by name. Source: docs/format/safetensors.md, "Metadata". */
import type { JsonCursor } from "../json/json-cursor.js";
import { type HeaderMode, METADATA_NAME } from "./header.js";
import { article } from "./read-entry.js";

/**
 * Reads the value at the cursor; undefined for null.
 *
 * @throws SafetensorsError `INVALID_HEADER`, `DUPLICATE_NAME`, `INVALID_JSON`
 */
export function readMetadata(
  cursor: JsonCursor,
  mode: HeaderMode,
): ReadonlyMap<string, string> | undefined {
  const kind = cursor.peek();
  if (kind === "null") {
    cursor.skip();
    return undefined;
  }
  if (kind !== "object") {
    const message = `${METADATA_NAME} is ${article(kind)}, not an object`;
    throw cursor.fault("INVALID_HEADER", message);
  }
  const metadata = new Map<string, string>();
  cursor.object((key, keyAt) => {
    if (mode === "strict" && metadata.has(key)) {
      const message = `${METADATA_NAME} has the key ${JSON.stringify(key)} twice`;
      throw cursor.fault("DUPLICATE_NAME", message, keyAt, { key });
    }
    const found = cursor.peek();
    if (found !== "string") {
      const message = `${METADATA_NAME} has ${article(found)} under ${JSON.stringify(key)}, not a string`;
      throw cursor.fault("INVALID_HEADER", message, cursor.at, { key });
    }
    metadata.set(key, cursor.string());
  });
  return metadata;
}
