/** Order and soundness of text, as UTF-8 sees it. */

/**
 * Compares by code point, which is the order of the UTF-8 bytes. JavaScript's own order differs where
 * a character beyond U+FFFF meets one from U+E000 on.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Moves surrogates above all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Whether `text` has half of a surrogate pair, which UTF-8 cannot hold. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** Bytes of well-formed `text` in UTF-8, from `begin` to before `end` in UTF-16 units. */
export function utf8Length(text: string, begin: number, end: number): number {
  let byteLength = 0;
  for (let at = begin; at < end; at++) {
    const unit = text.charCodeAt(at);
    // A half of a surrogate pair is half of four bytes.
    if (unit < 0x80) byteLength += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) byteLength += 2;
    else byteLength += 3;
  }
  return byteLength;
}
