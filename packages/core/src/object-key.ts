/**
 * Keys of stored objects: relative to the run, `/` between segments. Checked when written and again
 * when read, so that no record can name anything outside its run.
 */
import { GrammarError, show } from "./errors.js";

declare const brand: unique symbol;

/** Validated name of an object, relative to its store. */
export type ObjectKey = string & { readonly [brand]: "ObjectKey" };

const KEY_CHARS_MAX = 1024;
// Printable ASCII but for what some file system or shell forbids: " * : < > ? \ |
const SEGMENT = /^[!#-)+-9;=@-[\]-{}~]+$/;

/** @throws GrammarError `INVALID_NAME` for an empty, absolute, escaping or unprintable key. */
export function parseObjectKey(value: unknown): ObjectKey {
  if (typeof value === "string" && value.length <= KEY_CHARS_MAX) {
    const segments = value.split("/");
    if (
      segments.every((s) => SEGMENT.test(s) && !s.endsWith(".") && !s.startsWith("..") && s !== ".")
    ) {
      return value as ObjectKey;
    }
  }
  throw new GrammarError(
    "INVALID_NAME",
    `invalid object key ${show(value)}: it must be a relative path without ".." or special characters`,
    { details: { what: "object key", value } },
  );
}
