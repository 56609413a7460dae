/**
 * JSON as the original writes and reads it: two spaces, insertion order, non-ASCII as it is; when read,
 * also the tokens NaN, Infinity and -Infinity. Source: docs/format/artifacts.md, "Metadata".
 */
import { IoError, IoSchemaError, METADATA_BYTES_MAX, NESTING_MAX, show } from "@crv/core";
import type { Json } from "./tensor-input.js";

/**
 * @throws IoSchemaError `INVALID_ARGUMENT` for what JSON cannot say: then nothing is written.
 */
export function encodeJson(value: Json): Uint8Array {
  checkJson(value, "metadata", 0, new Set());
  const bytes = new TextEncoder().encode(JSON.stringify(value, null, 2));
  if (bytes.byteLength <= METADATA_BYTES_MAX) return bytes;
  throw new IoSchemaError(
    "LIMIT_EXCEEDED",
    `metadata of ${bytes.byteLength} bytes is more than ${METADATA_BYTES_MAX}: put what is large in a file`,
    { details: { sizeBytes: bytes.byteLength, max: METADATA_BYTES_MAX } },
  );
}

function checkJson(value: unknown, at: string, depth: number, above: Set<object>): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (typeof value === "string" && isWellFormed(value)) return;
  if (typeof value === "object" && depth < NESTING_MAX && !above.has(value) && isPlain(value)) {
    above.add(value);
    for (const [name, member] of Object.entries(value)) {
      if (!isWellFormed(name)) throw unsayable(at, name);
      checkJson(member, `${at}.${name}`, depth + 1, above);
    }
    above.delete(value);
    return;
  }
  throw unsayable(at, value);
}

/** Whether it has a form in UTF-8: no half of a surrogate pair alone. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unsayable(at: string, value: unknown): IoSchemaError {
  return new IoSchemaError(
    "INVALID_ARGUMENT",
    `${at} has no JSON form (got: ${show(value)}): use texts, finite numbers, booleans, null, lists and plain objects without cycles`,
    { details: { at } },
  );
}

const TOKENS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};
/** A text, or one of the tokens outside of texts. */
const TEXT_OR_TOKEN = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs;
const MARK = "\u0000crv:";

/**
 * @param what For messages.
 * @throws IoError `CORRUPT` when it is no JSON.
 */
export function decodeJson(what: string, bytes: Uint8Array): Json {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return parseJson(text);
  } catch (cause) {
    throw new IoError("CORRUPT", `${what} is not JSON text: ${String(cause)}`, {
      details: { what },
      cause,
    });
  }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
  }
  // A text of the file cannot hold the mark: JSON refuses its control character unescaped.
  let isMarked = false;
  const marked = text.replace(TEXT_OR_TOKEN, (found) => {
    if (found.startsWith('"')) return found;
    isMarked = true;
    return JSON.stringify(`${MARK}${found}`);
  });
  if (!isMarked) return JSON.parse(marked) as Json;
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK)
      ? (TOKENS[value.slice(MARK.length)] ?? value)
      : value,
  ) as Json;
}
