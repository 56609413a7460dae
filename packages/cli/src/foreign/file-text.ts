/** The text of a file as it comes: UTF-8 without a byte order mark, and nothing else. */
import { TextDecoder } from "node:util";
import { CrvError } from "crv";
import { readBytes } from "./file-bytes.js";

/** @throws CrvError `INVALID_ARGUMENT` naming the line that is not UTF-8; those of `readBytes`. */
export async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for await (const bytes of readBytes(path)) {
    const text = decode(decoder, bytes);
    if (text === undefined) throw notUtf8(path, line + linesBeforeDamage(bytes));
    line += countLineFeeds(text);
    if (text !== "") yield text;
  }
  if (decode(decoder) === undefined) throw notUtf8(path, line);
}

/** Undefined when the bytes are not UTF-8. Without bytes: what is left at the end. */
function decode(decoder: TextDecoder, bytes?: Uint8Array): string | undefined {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

export function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function linesBeforeDamage(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  return countLineFeeds(text.slice(0, Math.max(text.indexOf("\ufffd"), 0)));
}

function notUtf8(path: string, line: number): CrvError {
  return new CrvError(
    "INVALID_ARGUMENT",
    `${path}, line ${line}: the text is not UTF-8; convert it, for instance with: iconv -f latin1 -t utf-8`,
  );
}
