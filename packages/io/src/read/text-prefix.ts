/** Texts with a prefix, as a range of texts: so every index of bounds serves them, too. */

const CODE_POINT_MAX = 0x10ffff;
const SURROGATE_FIRST = 0xd800;
const SURROGATE_LAST = 0xdfff;

/**
 * The least text, in order of code points, that is above every text with this prefix; undefined when
 * there is none, as for an empty prefix.
 *
 * @param prefix Must be well-formed: no half of a pair.
 */
export function textAfterPrefix(prefix: string): string | undefined {
  const points = [...prefix].map((character) => character.codePointAt(0) as number);
  while (points.at(-1) === CODE_POINT_MAX) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Halves of pairs are no characters.
  const next = last + 1 === SURROGATE_FIRST ? SURROGATE_LAST + 1 : last + 1;
  return String.fromCodePoint(...points, next);
}
