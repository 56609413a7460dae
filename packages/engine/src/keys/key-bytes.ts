/**
 * Keys as bytes that are equal when the keys are, whatever the width of the columns that hold them.
 * Source: docs/format/key-filter.md, "Bytes of a key".
 */
import type { Scalar } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { keyColumn } from "../row-keys.js";

/** Most texts fit; longer ones make it grow. */
const BYTES_AT_FIRST = 256;
/** Of a value that is no text, or of the length of one. */
const NUMBER_BYTES = 8;
const LENGTH_BYTES = 4;
/** UTF-8 of one UTF-16 unit. */
const UNIT_BYTES_MAX = 3;

/** The bytes of the key of a row; they are overwritten by the next call. */
export type KeyBytes = (row: number) => Uint8Array;

/**
 * Reads the keys of `batch`, made of `columns`. Requires: it has these columns, without nulls, of types
 * that keys may be of.
 */
export function keyBytes(batch: RecordBatch, columns: readonly string[]): KeyBytes {
  const valuesAt = columns.map((name) => keyColumn(batch, name));
  const buffer = new KeyBuffer();
  return (row) => {
    buffer.clear();
    for (const valueAt of valuesAt) buffer.add(valueAt(row));
    return buffer.bytes;
  };
}

class KeyBuffer {
  readonly #encoder = new TextEncoder();
  #content = new Uint8Array(BYTES_AT_FIRST);
  #view = new DataView(this.#content.buffer);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#content.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  add(value: Scalar): void {
    if (typeof value === "string") this.#addText(value);
    else if (typeof value === "boolean") this.#addInteger(Number(value));
    else if (typeof value === "bigint") this.#addBigInt(value);
    else if (Number.isSafeInteger(value)) this.#addInteger(value);
    else throw new TypeError(`a key holds ${value}, which is no integer`);
  }

  #addText(text: string): void {
    this.#reserve(LENGTH_BYTES + UNIT_BYTES_MAX * text.length);
    const start = this.#length + LENGTH_BYTES;
    const { written } = this.#encoder.encodeInto(text, this.#content.subarray(start));
    this.#view.setUint32(this.#length, written, true);
    this.#length = start + written;
  }

  /** Two words, without a BigInt for each key. */
  #addInteger(value: number): void {
    this.#reserve(NUMBER_BYTES);
    this.#view.setInt32(this.#length, value, true);
    this.#view.setInt32(this.#length + 4, Math.floor(value / 2 ** 32), true);
    this.#length += NUMBER_BYTES;
  }

  #addBigInt(value: bigint): void {
    this.#reserve(NUMBER_BYTES);
    this.#view.setBigInt64(this.#length, value, true);
    this.#length += NUMBER_BYTES;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#content.byteLength) return;
    const larger = new Uint8Array(2 * needed);
    larger.set(this.#content.subarray(0, this.#length));
    this.#content = larger;
    this.#view = new DataView(larger.buffer);
  }
}
