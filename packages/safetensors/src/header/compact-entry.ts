/**
 * The one way in which writers write most entries: without white space, `dtype`, `shape` and
 * `data_offsets` in this order, digits only, the dtype that of the entry before. Read character by
 * character, which takes a third of the time of the general reader. Whatever else an entry may be is
 * left to that.
 */
import type { Dtype } from "../dtype.js";
import type { JsonCursor } from "../json/json-cursor.js";
import type { Entry } from "./entry.js";

const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const CLOSING_BRACKET = 0x5d;

/** As many digits are below 2^53. */
const DIGITS_MAX = 15;

/** Shapes of more dimensions are not shared. */
const SHARED_DIMENSIONS_MAX = 8;

const AFTER_SHAPE = codesOf('],"data_offsets":[');
const AFTER_OFFSETS = codesOf("]}");

/** Kept from entry to entry. */
export class CompactEntryReader {
  readonly #cursor: JsonCursor;
  /** Of the list that was scanned last, and how many they are: an array that is emptied loses its room. */
  readonly #integers: number[] = [];
  #count = 0;
  /** By number of dimensions, the last one: shapes repeat, and a hundred thousand arrays are work to keep. */
  readonly #shapes: (readonly number[])[] = [];
  #dtype: Dtype | undefined;
  #beforeShape = codesOf("");
  /** Where the last scan ended; -1 when nothing was found. */
  #at = 0;

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /** Expects this dtype of the next entries. */
  expect(dtype: Dtype): void {
    if (dtype === this.#dtype) return;
    this.#dtype = dtype;
    this.#beforeShape = codesOf(`{"dtype":"${dtype}","shape":[`);
  }

  /** Reads the entry at the cursor; undefined, and nothing consumed, when it is written in another way. */
  read(name: string): Entry | undefined {
    if (this.#dtype === undefined) return undefined;
    this.#at = this.#cursor.at;
    this.#word(this.#beforeShape);
    this.#list();
    if (this.#at < 0) return undefined;
    const shape = this.#shape();
    this.#word(AFTER_SHAPE);
    this.#list();
    this.#word(AFTER_OFFSETS);
    if (this.#at < 0 || this.#count !== 2) return undefined;
    this.#cursor.at = this.#at;
    const begin = this.#integers[0] as number;
    const end = this.#integers[1] as number;
    return { name, dtype: this.#dtype, shape, begin, end, elementCount: 0 };
  }

  /** The integers of the list, as an array that nobody changes. */
  #shape(): readonly number[] {
    const count = this.#count;
    const last = this.#shapes[count];
    if (last?.every((dimension, i) => dimension === this.#integers[i])) return last;
    const shape = Object.freeze(this.#integers.slice(0, count));
    if (count <= SHARED_DIMENSIONS_MAX) this.#shapes[count] = shape;
    return shape;
  }

  #word(codes: Uint8Array): void {
    const { text } = this.#cursor;
    const at = this.#at;
    if (at < 0) return;
    for (let i = 0; i < codes.length; i++) {
      if (text.charCodeAt(at + i) !== codes[i]) {
        this.#at = -1;
        return;
      }
    }
    this.#at = at + codes.length;
  }

  /** Integers with commas between, up to the closing bracket. */
  #list(): void {
    const { text } = this.#cursor;
    const integers = this.#integers;
    let count = 0;
    let at = this.#at;
    this.#count = 0;
    if (at < 0 || text.charCodeAt(at) === CLOSING_BRACKET) return;
    for (;;) {
      const begin = at;
      let value = 0;
      let code = text.charCodeAt(at);
      const first = code;
      while (code >= ZERO && code <= NINE && at - begin < DIGITS_MAX) {
        value = value * 10 + (code - ZERO);
        at += 1;
        code = text.charCodeAt(at);
      }
      const length = at - begin;
      const isInteger = length === 1 || (length > 1 && first !== ZERO);
      if (!isInteger || (code !== COMMA && code !== CLOSING_BRACKET)) {
        this.#at = -1;
        return;
      }
      integers[count++] = value;
      if (code === CLOSING_BRACKET) break;
      at += 1;
    }
    this.#at = at;
    this.#count = count;
  }
}

function codesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
