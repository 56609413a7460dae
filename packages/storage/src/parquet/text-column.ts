/**
 * The texts of a column as bytes, with or without a dictionary. UTF-8 sorts by bytes as texts do by
 * code point, so comparing and copying need no string.
 */
import { type Data, DataType, type Vector } from "apache-arrow";

export interface TextColumn {
  /** UTF-8 of all values, one after the other. */
  readonly bytes: Uint8Array;
  /** Value `i` is `bytes[offsets[i] .. offsets[i + 1])`. */
  readonly offsets: Int32Array;
  /** Value of each row; undefined: row `i` has value `i`. */
  readonly codes: Int32Array | undefined;
}

/** Requires: `data` is Utf8, or a dictionary for which {@link hasPlainDictionary} holds. */
export function textColumnOf(data: Data): TextColumn {
  if (!DataType.isDictionary(data.type)) {
    return { bytes: data.values, offsets: data.valueOffsets, codes: undefined };
  }
  const [values] = dictionaryOf(data).data;
  if (values === undefined) throw new TypeError("a dictionary of no chunk");
  return { bytes: values.values, offsets: values.valueOffsets, codes: data.values };
}

/** Whether the dictionary is one chunk without nulls, as {@link textColumnOf} takes it. */
export function hasPlainDictionary(data: Data): boolean {
  const dictionary = dictionaryOf(data);
  return dictionary.data.length === 1 && dictionary.nullCount === 0;
}

/** -1, 0 or 1 as value `a` stands before, at or after value `b`. */
export function compareValues({ bytes, offsets }: TextColumn, a: number, b: number): number {
  if (a === b) return 0;
  const startA = offsets[a] as number;
  const startB = offsets[b] as number;
  const lengthA = (offsets[a + 1] as number) - startA;
  const lengthB = (offsets[b + 1] as number) - startB;
  const length = Math.min(lengthA, lengthB);
  for (let i = 0; i < length; i++) {
    const difference = (bytes[startA + i] as number) - (bytes[startB + i] as number);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(lengthA - lengthB);
}

/** A byte order mark belongs to the value. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

export function valueText({ bytes, offsets }: TextColumn, value: number): string {
  return DECODER.decode(bytes.subarray(offsets[value], offsets[value + 1]));
}

function dictionaryOf(data: Data): Vector {
  if (data.dictionary === undefined) throw new TypeError("a dictionary column of no dictionary");
  return data.dictionary;
}
