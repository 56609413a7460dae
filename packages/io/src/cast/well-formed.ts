/** Whether a text can be stored as UTF-8. */

/** String.prototype.isWellFormed is in Node 20, but not yet in the library of types. */
interface WellFormed {
  isWellFormed(): boolean;
}

/** False when `text` holds half of a surrogate pair: encoding would silently replace it. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormed).isWellFormed();
}
