/** Values of columns from the cells of a text file. */
import type { ColumnType } from "crv";
import { parseJson } from "./json-parse.js";
import { jsonReader } from "./json-value.js";
import { scalarReader, type TextReader } from "./scalar-text.js";

/** Structs, lists and vectors are JSON in a cell. */
export function cellReader(type: ColumnType): TextReader {
  const scalar = scalarReader(type);
  if (scalar !== undefined) return scalar;
  const read = jsonReader(type);
  return (text) => {
    try {
      return read(parseJson(text));
    } catch {
      return undefined;
    }
  };
}
