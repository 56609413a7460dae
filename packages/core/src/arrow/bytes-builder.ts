/** Builds columns of bytes with offsets: binary, and the JSON text of open structs. */
import { type Binary, type Data, DataType, makeData, type Utf8 } from "apache-arrow";
import { ByteSlices } from "./byte-slices.js";
import type { ColumnBuilder } from "./column-builder.js";
import { jsonTextReader } from "./json-text.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection } from "./row-selection.js";
import { isTextType, textReader } from "./text-reader.js";

export class BytesBuilder implements ColumnBuilder {
  readonly #type: Binary | Utf8;
  readonly #slices = new ByteSlices();
  readonly #nulls = new NullMask();

  constructor(type: Binary | Utf8) {
    this.#type = type;
  }

  get length(): number {
    return this.#slices.count;
  }

  get sizeBytes(): number {
    return this.#slices.sizeBytes + this.#nulls.sizeBytes;
  }

  appendValue(value: string | Uint8Array): void {
    if (typeof value === "string") this.#slices.appendText(value);
    else this.#slices.appendBytes(value, 0, value.length);
  }

  appendNulls(count: number): void {
    const at = this.length;
    this.#slices.appendEmpty(count);
    this.#nulls.markRange(at, at + count);
  }

  appendFrom(source: Data, rows: RowSelection): void {
    const at = this.length;
    const { type, values, valueOffsets } = source;
    if (!hasOffsets(type)) {
      const read = isTextType(type) ? textReader(source) : jsonTextReader(source);
      forEachRow(rows, (row) => this.#slices.appendText(read(row)));
    } else if (rows instanceof Int32Array) {
      forEachRow(rows, (row) => {
        this.#slices.appendBytes(values, Number(valueOffsets[row]), Number(valueOffsets[row + 1]));
      });
    } else {
      this.#slices.appendSlices(values, valueOffsets, rows.start, rows.end);
    }
    this.#nulls.markFrom(source, rows, at);
  }

  finish(): Data {
    const length = this.length;
    const slices = this.#slices.finish();
    const validity = this.#nulls.finish(length);
    return makeData({ type: this.#type, length, ...slices, ...validity } as never);
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
