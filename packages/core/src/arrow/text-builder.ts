/**
 * Builds columns of str: codes into one dictionary of distinct texts. A source column that has a
 * dictionary costs one look-up per distinct value, not per row.
 */
import {
  type Data,
  DataType,
  type Dictionary,
  type Int32,
  makeData,
  type Utf8,
  Vector,
} from "apache-arrow";
import { SchemaError } from "../errors.js";
import type { ColumnBuilder } from "./column-builder.js";
import { Growable } from "./growable.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection, selectedCount } from "./row-selection.js";
import { TextDictionary } from "./text-dictionary.js";
import { dictionaryTextReader, textReader } from "./text-reader.js";

/** In a table of codes: the source's code has not been met yet, or stands for null. */
const UNKNOWN = -1;
const NULL = -2;

export class TextBuilder implements ColumnBuilder {
  readonly #type: Dictionary<Utf8, Int32>;
  readonly #codes = new Growable<Int32Array>((length) => new Int32Array(length));
  readonly #nulls = new NullMask();
  #texts = new TextDictionary();
  /** Our code of each code of a source dictionary; batches of one stream share dictionaries. */
  #recoded = new WeakMap<Vector, Int32Array>();

  constructor(type: Dictionary<Utf8, Int32>) {
    this.#type = type;
  }

  get length(): number {
    return this.#codes.length;
  }

  get sizeBytes(): number {
    return this.#codes.sizeBytes + this.#texts.sizeBytes + this.#nulls.sizeBytes;
  }

  appendValue(value: string): void {
    const code = this.#texts.codeOf(value);
    const at = this.#codes.extend(1);
    this.#codes.array[at] = code;
  }

  appendNulls(count: number): void {
    const at = this.#codes.extend(count);
    this.#nulls.markRange(at, at + count);
  }

  /** @throws SchemaError `CORRUPT` for a code that its dictionary does not have. */
  appendFrom(source: Data, rows: RowSelection): void {
    const at = this.#codes.extend(selectedCount(rows));
    const codeAt = DataType.isDictionary(source.type)
      ? this.#recoder(source)
      : this.#encoder(source);
    const codes = this.#codes.array;
    forEachRow(rows, (row, position) => {
      const code = codeAt(row);
      if (code === NULL) this.#nulls.mark(at + position);
      else codes[at + position] = code;
    });
  }

  finish(): Data {
    const length = this.length;
    const dictionary = new Vector([this.#texts.toUtf8()]);
    const data = this.#codes.finish();
    this.#texts = new TextDictionary();
    this.#recoded = new WeakMap();
    const validity = this.#nulls.finish(length);
    return makeData({ type: this.#type, length, data, dictionary, ...validity });
  }

  /** Codes of a source without dictionary. */
  #encoder(source: Data): (row: number) => number {
    const codeAt = this.#coder(source);
    return (row) => (source.getValid(row) ? codeAt(row) : NULL);
  }

  #recoder(source: Data): (row: number) => number {
    const dictionary = source.dictionary as Vector;
    const from = source.values as ArrayLike<number | bigint>;
    const recoded = this.#recodedOf(dictionary);
    const codeAt = this.#dictionaryCoder(dictionary);
    const hasNulls = source.nullCount > 0;
    return (row) => {
      if (hasNulls && !source.getValid(row)) return NULL;
      const code = Number(from[row]);
      const known = recoded[code];
      if (known !== UNKNOWN && known !== undefined) return known;
      if (known === undefined) throw unknownCode(code, recoded.length);
      const own = codeAt(code);
      recoded[code] = own;
      return own;
    };
  }

  #dictionaryCoder(dictionary: Vector): (code: number) => number {
    const [texts] = dictionary.data;
    if (texts !== undefined && dictionary.data.length === 1) return this.#encoder(texts);
    const read = dictionaryTextReader(dictionary);
    return (code) => {
      const text = read(code);
      return text === null ? NULL : this.#texts.codeOf(text);
    };
  }

  /** Codes of the rows of a text column that are not null. */
  #coder(source: Data): (row: number) => number {
    if (DataType.isUtf8View(source.type)) {
      const read = textReader(source);
      return (row) => this.#texts.codeOf(read(row));
    }
    const { values, valueOffsets } = source;
    return (row) =>
      this.#texts.codeOfBytes(values, Number(valueOffsets[row]), Number(valueOffsets[row + 1]));
  }

  #recodedOf(dictionary: Vector): Int32Array {
    const known = this.#recoded.get(dictionary);
    if (known !== undefined) return known;
    const recoded = new Int32Array(dictionary.length).fill(UNKNOWN);
    this.#recoded.set(dictionary, recoded);
    return recoded;
  }
}

function unknownCode(code: number, textCount: number): SchemaError {
  return new SchemaError(
    "CORRUPT",
    `dictionary code ${code} is not within the ${textCount} values of its dictionary`,
    { details: { code, values: textCount } },
  );
}
