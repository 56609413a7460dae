/** Builds columns of bytes with offsets: binary, and the JSON text of open structs. */
import { type Binary, type Data, DataType, makeData, type Utf8 } from "apache-arrow";
import { SchemaError } from "../errors.js";
import type { ColumnBuilder } from "./column-builder.js";
import { Growable } from "./growable.js";
import { jsonTextReader } from "./json-text.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection } from "./row-selection.js";
import { isTextType, textReader } from "./text-reader.js";

/** Offsets are 32-bit. */
const COLUMN_BYTES_MAX = 2 ** 31 - 1;
/** UTF-8 needs at most this for one UTF-16 unit. */
const UNIT_BYTES_MAX = 3;

export class BytesBuilder implements ColumnBuilder {
  readonly #type: Binary | Utf8;
  /** A Buffer, for its fast `write`. */
  readonly #bytes = new Growable<Buffer>((length) => Buffer.alloc(length));
  /** Where each row ends. */
  readonly #ends = new Growable<Int32Array>((length) => new Int32Array(length));
  readonly #nulls = new NullMask();

  constructor(type: Binary | Utf8) {
    this.#type = type;
  }

  get length(): number {
    return this.#ends.length;
  }

  get sizeBytes(): number {
    return this.#bytes.length + this.#ends.sizeBytes + this.#nulls.sizeBytes;
  }

  /** @throws SchemaError `LIMIT_EXCEEDED` beyond 2 GiB in one column of one batch. */
  appendValue(value: string | Uint8Array): void {
    if (typeof value === "string") {
      const at = this.#extend(value.length * UNIT_BYTES_MAX);
      this.#bytes.truncate(at + this.#bytes.array.write(value, at, "utf8"));
    } else {
      const at = this.#extend(value.length);
      this.#bytes.array.set(value, at);
    }
    this.#endRow();
  }

  appendNulls(count: number): void {
    const at = this.#ends.extend(count);
    this.#ends.array.fill(this.#bytes.length, at);
    this.#nulls.markRange(at, at + count);
  }

  appendFrom(source: Data, rows: RowSelection): void {
    const at = this.length;
    if (!hasOffsets(source.type)) {
      const read = isTextType(source.type) ? textReader(source) : jsonTextReader(source);
      forEachRow(rows, (row) => this.appendValue(read(row)));
    } else if (rows instanceof Int32Array) {
      const { values, valueOffsets } = source;
      forEachRow(rows, (row) => {
        this.appendValue(values.subarray(Number(valueOffsets[row]), Number(valueOffsets[row + 1])));
      });
    } else {
      this.#appendRange(source, rows.start, rows.end);
    }
    this.#nulls.markFrom(source, rows, at);
  }

  finish(): Data {
    const length = this.length;
    const valueOffsets = new Int32Array(length + 1);
    valueOffsets.set(this.#ends.finish(), 1);
    const bytes = this.#bytes.finish();
    const data = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const validity = this.#nulls.finish(length);
    return makeData({ type: this.#type, length, valueOffsets, data, ...validity } as never);
  }

  #appendRange(source: Data, start: number, end: number): void {
    const { values, valueOffsets } = source;
    const first = Number(valueOffsets[start]);
    const last = Number(valueOffsets[end]);
    const shift = this.#extend(last - first) - first;
    this.#bytes.array.set(values.subarray(first, last), first + shift);
    const at = this.#ends.extend(end - start);
    const ends = this.#ends.array;
    for (let row = start; row < end; row++) {
      ends[at + row - start] = Number(valueOffsets[row + 1]) + shift;
    }
  }

  #endRow(): void {
    const at = this.#ends.extend(1);
    this.#ends.array[at] = this.#bytes.length;
  }

  #extend(bytes: number): number {
    const sizeBytes = this.#bytes.length + bytes;
    if (sizeBytes <= COLUMN_BYTES_MAX) return this.#bytes.extend(bytes);
    throw new SchemaError(
      "LIMIT_EXCEEDED",
      `a column of one batch holds at most ${COLUMN_BYTES_MAX} bytes: pass fewer rows at a time`,
      { details: { sizeBytes, sizeBytesMax: COLUMN_BYTES_MAX } },
    );
  }
}

function hasOffsets(type: DataType): boolean {
  return (
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type)
  );
}
