/**
 * A strict JSON reader (RFC 8259) that walks over text, so that its callers see what JSON.parse hides:
 * duplicate keys, how a number is written, and where everything stands. Builds no values of its own.
 */
import { utf8Length } from "../code-points.js";
import { SafetensorsError, type SafetensorsErrorCode } from "../errors.js";
import { NESTING_MAX } from "../limits.js";
import { scanNumber } from "./json-number.js";
import { scanEscaped } from "./json-string.js";
import type { Scan } from "./scan.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;

/** Longest string that is kept for the next time. */
const INTERNED_CHARS_MAX = 12;

/** What a value is, by its first character. */
export type JsonKind =
  | "object"
  | "array"
  | "string"
  | "number"
  | "true"
  | "false"
  | "null"
  | "nothing";

export class JsonCursor {
  /** Index in `text` of what comes next. */
  at = 0;
  readonly text: string;
  readonly #what: string;
  readonly #base: number;
  readonly #interned = new Map<number, string>();
  #depth = 0;

  /**
   * @param what the document, for messages: "header"
   * @param base offset of the text in its file, for errors
   */
  constructor(text: string, what: string, base: number) {
    this.text = text;
    this.#what = what;
    this.#base = base;
  }

  /** An error at `at`. Its offset is in bytes of the file. */
  fault(
    code: SafetensorsErrorCode,
    message: string,
    at: number = this.at,
    details: Readonly<Record<string, unknown>> = {},
  ): SafetensorsError {
    const offset = this.#base + utf8Length(this.text, 0, at);
    return new SafetensorsError(code, `${message}, at offset ${offset} of the ${this.#what}`, {
      ...details,
      offset,
    });
  }

  /** An error of syntax: what was found instead of `expected`. */
  unexpected(expected: string, at: number = this.at): SafetensorsError {
    const point = this.text.codePointAt(at);
    const found =
      point === undefined
        ? "the end"
        : point > 0x20 && point < 0x7f
          ? `"${String.fromCodePoint(point)}"`
          : `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
    return this.fault("INVALID_JSON", `no JSON: expected ${expected}, found ${found}`, at);
  }

  /** Skips white space and says what comes. */
  peek(): JsonKind {
    const code = this.#skipSpace();
    if (code === 0x7b) return "object";
    if (code === 0x5b) return "array";
    if (code === QUOTE) return "string";
    if (code === MINUS || (code >= 0x30 && code <= 0x39)) return "number";
    if (code === 0x74) return "true";
    if (code === 0x66) return "false";
    return code === 0x6e ? "null" : "nothing";
  }

  /**
   * Reads an object. `member` is called before each value, and must consume it.
   *
   * @param member gets the key, and the index at which the key stands
   */
  object(member: (key: string, keyAt: number) => void): void {
    this.#enter("object");
    let code = this.#skipSpace();
    while (code !== CLOSING_BRACE) {
      if (this.#skipSpace() !== QUOTE) throw this.unexpected("a key in quotes");
      const keyAt = this.at;
      const key = this.string();
      if (this.#skipSpace() !== 0x3a) throw this.unexpected('":"');
      this.at += 1;
      member(key, keyAt);
      code = this.#skipSpace();
      if (code === COMMA) this.at += 1;
      else if (code !== CLOSING_BRACE) throw this.unexpected('"," or "}"');
    }
    this.#leave();
  }

  /** Reads an array. `element` is called before each value, and must consume it. */
  array(element: (index: number) => void): void {
    this.#enter("array");
    let code = this.#skipSpace();
    for (let index = 0; code !== CLOSING_BRACKET; index++) {
      element(index);
      code = this.#skipSpace();
      if (code === COMMA) this.at += 1;
      else if (code !== CLOSING_BRACKET) throw this.unexpected('"," or "]"');
    }
    this.#leave();
  }

  /** Reads a string of whole code points. */
  string(): string {
    if (this.#skipSpace() !== QUOTE) throw this.unexpected("a string");
    const { text } = this;
    const begin = this.at + 1;
    let end = begin;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code === QUOTE) break;
      if (code === BACKSLASH) return this.#take(scanEscaped(text, this.at));
      if (!(code >= 0x20)) throw this.unexpected("the end of a string", end);
      end += 1;
    }
    this.at = end + 1;
    return this.#sliced(begin, end);
  }

  /** A short string that came before is given again, instead of one more copy of "dtype". */
  #sliced(begin: number, end: number): string {
    const length = end - begin;
    if (length === 0 || length > INTERNED_CHARS_MAX) return this.text.slice(begin, end);
    const slot = this.text.charCodeAt(begin) * INTERNED_CHARS_MAX + length;
    const known = this.#interned.get(slot);
    if (known?.length === length && this.text.startsWith(known, begin)) return known;
    const value = this.text.slice(begin, end);
    this.#interned.set(slot, value);
    return value;
  }

  /**
   * Reads a number without sign, fraction and exponent; undefined, and nothing consumed, when the value
   * is any other. A BigInt beyond 2^53-1.
   */
  unsigned(): number | bigint | undefined {
    const { text } = this;
    const begin = this.at;
    const first = this.#skipSpace();
    let end = this.at;
    let value = 0;
    for (let code = first; code >= 0x30 && code <= 0x39; code = text.charCodeAt(++end)) {
      value = value * 10 + (code - 0x30);
    }
    const length = end - this.at;
    const next = text.charCodeAt(end) | 0x20;
    const isOther = length === 0 || next === 0x65 || text.charCodeAt(end) === 0x2e;
    if (isOther) {
      this.at = begin;
      return undefined;
    }
    if (first === 0x30 && length > 1) throw this.fault("INVALID_JSON", "no JSON: a leading zero");
    const digitsAt = this.at;
    this.at = end;
    // Twenty digits hold 2^64-1; more need not be told apart.
    if (length > 20) return 10n ** 20n;
    return value <= Number.MAX_SAFE_INTEGER ? value : BigInt(text.slice(digitsAt, end));
  }

  /** Reads a number of any form. */
  number(): number {
    this.#skipSpace();
    return this.#take(scanNumber(this.text, this.at));
  }

  /** Reads past any value, and checks it. */
  skip(): void {
    const kind = this.peek();
    if (kind === "object") this.object(() => this.skip());
    else if (kind === "array") this.array(() => this.skip());
    else if (kind === "string") this.string();
    else if (kind === "number") this.number();
    else if (kind === "nothing") throw this.unexpected("a value");
    else this.#literal(kind);
  }

  /** Reads white space to the end of the text. */
  end(): void {
    this.#skipSpace();
    if (this.at < this.text.length) throw this.unexpected("nothing more");
  }

  #take<T>(scan: Scan<T>): T {
    if ("expected" in scan) throw this.unexpected(scan.expected, scan.at);
    this.at = scan.end;
    return scan.value;
  }

  #literal(word: string): void {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected(word);
    this.at += word.length;
  }

  #enter(kind: "object" | "array"): void {
    if (this.peek() !== kind) throw this.unexpected(`an ${kind}`);
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) {
      throw this.fault("LIMIT_EXCEEDED", `JSON nested deeper than ${NESTING_MAX} levels`);
    }
    this.at += 1;
  }

  #leave(): void {
    this.#depth -= 1;
    this.at += 1;
  }

  /** The code of the next character that is no white space; NaN at the end. */
  #skipSpace(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at += 1;
    }
  }
}
