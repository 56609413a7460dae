/** Strings with escapes. */
import { hasLoneSurrogate } from "../code-points.js";
import type { Scan } from "./scan.js";

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Scans the string whose opening quote is at `quoteAt`. Half of a surrogate pair is refused. */
export function scanEscaped(text: string, quoteAt: number): Scan<string> {
  const pieces: string[] = [];
  let begin = quoteAt + 1;
  let at = begin;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) break;
    if (!(code >= 0x20)) return { expected: "the end of a string", at };
    if (code !== 0x5c) {
      at += 1;
      continue;
    }
    pieces.push(text.slice(begin, at));
    const letter = text.charAt(at + 1);
    if (letter === "u") {
      const digits = text.slice(at + 2, at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) return { expected: "four hex digits", at: at + 2 };
      pieces.push(String.fromCharCode(Number.parseInt(digits, 16)));
      at += 6;
    } else {
      const escaped = ESCAPES.get(letter);
      if (escaped === undefined) return { expected: "an escape", at: at + 1 };
      pieces.push(escaped);
      at += 2;
    }
    begin = at;
  }
  pieces.push(text.slice(begin, at));
  const value = pieces.join("");
  if (hasLoneSurrogate(value)) return { expected: "a string of whole characters", at: quoteAt };
  return { value, end: at + 1 };
}
