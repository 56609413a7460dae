/** The lines of an NDJSON file (JSON Lines): one object each. */
import { pipeline, Readable } from "node:stream";
import { CrvError } from "crv";
import split2 from "split2";
import { readText } from "./file-text.js";
import { isObject } from "./json-value.js";

/** A file without line breaks must not fill the memory. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;

/** Lines that begin JSON written over several lines. */
const OPENING: Readonly<Record<string, string>> = {
  "[": "a JSON array: write its items one per line, for instance with: jq -c '.[]'",
  "{": "an object over several lines: write each on one line, for instance with: jq -c .",
};

export interface TextLine {
  readonly line: number;
  readonly text: string;
}

export type JsonMembers = Readonly<Record<string, unknown>>;

/** Lines that are not blank. @throws CrvError `INVALID_ARGUMENT`; those of `readText`. */
export async function* readLines(path: string): AsyncGenerator<TextLine> {
  const lines = split2({ maxLength: LINE_CHARS_MAX });
  pipeline(Readable.from(readText(path)), lines, () => {});
  let line = 0;
  try {
    for await (const text of lines as AsyncIterable<string>) {
      line++;
      if (text.trim() !== "") yield { line, text };
    }
  } catch (cause) {
    if (cause instanceof CrvError) throw cause;
    throw new CrvError(
      "INVALID_ARGUMENT",
      `${path}, line ${line + 1}: more than 64 MiB without a line break; write one object per line`,
      { cause },
    );
  }
}

/** @throws CrvError `INVALID_ARGUMENT` when the line is no JSON object. */
export function parseLine(
  path: string,
  { line, text }: TextLine,
  parse: (text: string) => unknown,
): JsonMembers {
  const value = parsed(path, line, text, parse);
  if (isObject(value)) return value;
  const remedy = Array.isArray(value)
    ? OPENING["["]
    : "this is JSON, but no object: write one object per line";
  throw new CrvError("INVALID_ARGUMENT", `${path}, line ${line}: ${remedy}`);
}

function parsed(path: string, line: number, text: string, parse: (text: string) => unknown) {
  try {
    return parse(text);
  } catch (cause) {
    const remedy = OPENING[text.trim()] ?? "this is not JSON: write one object per line";
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CrvError("INVALID_ARGUMENT", `${path}, line ${line}: ${remedy} (${reason})`, {
      cause,
    });
  }
}
