/**
 * Text of users (messages, actors, names, values) as a terminal may show it. Control characters
 * could move the cursor, recolour or retitle the window; bidirectional ones could reorder a line.
 */

// C0, DEL and C1; line and paragraph separators; the marks that change the direction of writing.
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` on one line, every control character written as an escape. */
export function escapeLine(text: string): string {
  return text.replaceAll(CONTROL, escapeCharacter);
}

/** As {@link escapeLine}, for JSON text: the escapes are JSON's own, so the value stays the same. */
export function escapeJsonText(json: string): string {
  // Most text is ASCII, and JSON has escaped its control characters already.
  return /^[ -~]*$/.test(json) ? json : json.replaceAll(CONTROL, unicodeEscape);
}

function escapeCharacter(character: string): string {
  return SHORT[character] ?? unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
