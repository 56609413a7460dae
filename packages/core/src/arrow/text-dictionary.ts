/** The distinct texts of a column and their codes. */
import { type Data, makeData, Utf8 } from "apache-arrow";

/** Texts are joined and encoded in runs of this length: one call for many texts. */
const RUN_CHARS_MAX = 1 << 24;

export class TextDictionary {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [];
  #chars = 0;

  /** Estimate: as if all texts were ASCII. */
  get sizeBytes(): number {
    return this.#chars + 4 * this.#texts.length;
  }

  /** The code of `text`, a new one when it is new. Codes count from 0. */
  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.length;
    this.#codes.set(text, code);
    this.#texts.push(text);
    this.#chars += text.length;
    return code;
  }

  /** The texts in order of their codes. */
  toUtf8(): Data<Utf8> {
    const valueOffsets = new Int32Array(this.#texts.length + 1);
    const chunks: Uint8Array[] = [];
    let start = 0;
    while (start < this.#texts.length) {
      let end = start;
      for (let chars = 0; end < this.#texts.length && chars < RUN_CHARS_MAX; end++) {
        chars += (this.#texts[end] as string).length;
      }
      chunks.push(encodeRun(this.#texts.slice(start, end), valueOffsets, start));
      start = end;
    }
    const data = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
    return makeData({ type: new Utf8(), length: this.#texts.length, valueOffsets, data });
  }
}

/** UTF-8 of `texts`, whose ends are written to `offsets` from `at + 1` on. */
function encodeRun(texts: readonly string[], offsets: Int32Array, at: number): Uint8Array {
  const joined = texts.join("");
  const bytes = new TextEncoder().encode(joined);
  // Nearly always all is ASCII; then lengths need no second look at each text.
  const isAscii = bytes.length === joined.length;
  let end = offsets[at] as number;
  for (const [index, text] of texts.entries()) {
    end += isAscii ? text.length : Buffer.byteLength(text, "utf8");
    offsets[at + index + 1] = end;
  }
  return bytes;
}
