/**
 * The distinct texts of a column and their codes.
 *
 * Texts are told apart by their UTF-8 bytes, so that texts of another column are neither decoded nor
 * encoded: with many distinct texts that is the largest cost of copying a batch.
 */
import { type Data, makeData, Utf8 } from "apache-arrow";
import { ByteSlices } from "./byte-slices.js";
import { Growable } from "./growable.js";

/** Texts of JavaScript that are found without encoding them. Beyond, they seldom come twice. */
const CACHED_TEXTS_MAX = 1 << 14;
const SLOTS_MIN = 256;

export class TextDictionary {
  readonly #texts = new ByteSlices();
  readonly #hashes = new Growable<Int32Array>((length) => new Int32Array(length));
  /** Open addressing, a power of two, at most half full: a code + 1, or 0. */
  #slots = new Int32Array(SLOTS_MIN);
  readonly #cache = new Map<string, number>();

  get sizeBytes(): number {
    return this.#texts.sizeBytes;
  }

  /** The code of `text`, a new one when it is new. Codes count from 0. */
  codeOf(text: string): number {
    const cached = this.#cache.get(text);
    if (cached !== undefined) return cached;
    const code = this.#texts.count;
    this.#texts.appendText(text);
    const { bytes } = this.#texts;
    const known = this.#enter(bytes, this.#texts.startOf(code), this.#texts.endOf(code));
    if (known !== code) this.#texts.dropLast();
    if (this.#cache.size < CACHED_TEXTS_MAX) this.#cache.set(text, known);
    return known;
  }

  /** As {@link codeOf}, of the text in bytes `[start, end)` of `source`. */
  codeOfBytes(source: Uint8Array, start: number, end: number): number {
    const code = this.#texts.count;
    const known = this.#enter(source, start, end);
    if (known === code) this.#texts.appendBytes(source, start, end);
    return known;
  }

  /** The texts in order of their codes. */
  toUtf8(): Data<Utf8> {
    const length = this.#texts.count;
    return makeData({ type: new Utf8(), length, ...this.#texts.finish() });
  }

  /** The code of a text; of one that is new the next code, whose text the caller has or appends. */
  #enter(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end);
    let slot = this.#slotOf(hash);
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const code = (entry as number) - 1;
      if (this.#hashes.array[code] === hash && this.#equals(code, source, start, end)) return code;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    const code = this.#hashes.extend(1);
    this.#hashes.array[code] = hash;
    this.#slots[slot] = code + 1;
    if (this.#hashes.length * 2 > this.#slots.length) this.#growSlots();
    return code;
  }

  #equals(code: number, source: Uint8Array, start: number, end: number): boolean {
    const { bytes } = this.#texts;
    const at = this.#texts.startOf(code);
    if (this.#texts.endOf(code) - at !== end - start) return false;
    for (let index = 0; index < end - start; index++) {
      if (bytes[at + index] !== source[start + index]) return false;
    }
    return true;
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let code = 0; code < this.#hashes.length; code++) {
      let slot = this.#slotOf(this.#hashes.array[code] as number);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = code + 1;
    }
  }

  #slotOf(hash: number): number {
    return hash & (this.#slots.length - 1);
  }
}

/** FNV-1a of 32 bits, its high bits folded into the low ones that choose the slot. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) {
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}
