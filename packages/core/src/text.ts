/**
 * Order of texts: by code point, as Parquet, Arrow and Python order UTF-8. The `<` of JavaScript
 * compares UTF-16 units, which puts U+10000 before U+E000.
 */

/** -1, 0 or 1 as `a` stands before, at or after `b` by code point. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) < rank(y) ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

/** Lifts surrogates above all other units, which is their place by code point. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
