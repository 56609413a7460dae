/** Numbers of any form. */
import type { Scan } from "./scan.js";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Scans the number at `at`. One that is larger than a double is none, as in the reference. */
export function scanNumber(text: string, at: number): Scan<number> {
  NUMBER.lastIndex = at;
  const [digits] = NUMBER.exec(text) ?? [];
  if (digits === undefined) return { expected: "a number", at };
  const end = at + digits.length;
  // What a number cannot be followed by: 01, 1.e5, 1e
  if (/[0-9.eE+-]/.test(text.charAt(end))) return { expected: "a number", at: end };
  const value = Number(digits);
  return Number.isFinite(value) ? { value, end } : { expected: "a number that a double holds", at };
}
