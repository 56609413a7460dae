/**
 * Batches as they are written: texts in full instead of by dictionary.
 *
 * The schema in the file is what other programs see. With dictionaries pyarrow would show dictionary
 * columns and Polars categorical ones; with plain texts all see strings. Parquet makes its own
 * dictionaries either way, and the time is the same. Source: docs/design/parquet-codec.md.
 */
import { IoWriteError } from "@crv/core";
import { BatchBuilder, batchOf } from "@crv/core/arrow";
import {
  type Data,
  DataType,
  Field,
  makeData,
  type RecordBatch,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { hasPlainDictionary, textColumnOf } from "./text-column.js";

/** Offsets of texts are signed 32-bit integers. */
const TEXT_BYTES_MAX = 2 ** 31 - 1;
/** Texts at least this long are copied by `set`; below it a loop is faster. */
const BULK_COPY_BYTES_MIN = 32;

/** Rebuilds batches whose dictionaries come in several chunks or hold nulls; others pass. */
export function withPlainDictionaries(batch: RecordBatch): RecordBatch {
  if (batch.data.children.every(isPlain)) return batch;
  const builder = new BatchBuilder(batch.schema);
  builder.append(batch);
  return builder.finish();
}

/** Replaces dictionaries by texts. Requires: dictionaries are plain. */
export function plainBatch(batch: RecordBatch): RecordBatch {
  const schema = new Schema(batch.schema.fields.map(plainField));
  return batchOf(schema, batch.numRows, batch.data.children.map(plainColumn));
}

function isPlain(data: Data): boolean {
  if (DataType.isDictionary(data.type)) return hasPlainDictionary(data);
  return data.children.every(isPlain);
}

function plainField({ name, type, nullable, metadata }: Field): Field {
  return new Field(name, plainType(type), nullable, metadata);
}

function plainType(type: DataType): DataType {
  if (DataType.isDictionary(type)) return new Utf8();
  return DataType.isStruct(type) ? new Struct(type.children.map(plainField)) : type;
}

function plainColumn(data: Data): Data {
  if (DataType.isDictionary(data.type)) return plainTexts(data);
  if (!DataType.isStruct(data.type)) return data;
  const { offset, length, nullCount, nullBitmap } = data;
  const children = data.children.map(plainColumn);
  const type = plainType(data.type) as Struct;
  return makeData({ type, offset, length, nullCount, nullBitmap, children });
}

/**
 * Rows that are null take no bytes, whatever their code is.
 *
 * @throws IoWriteError `LIMIT_EXCEEDED` for texts of more than 2 GiB.
 */
function plainTexts(data: Data): Data<Utf8> {
  const { bytes, offsets, codes = new Int32Array(0) } = textColumnOf(data);
  const { offset, length, nullCount, nullBitmap } = data;
  const ends = new Int32Array(length + 1);
  let total = 0;
  for (let row = 0; row < length; row++) {
    if (nullCount === 0 || data.getValid(row)) {
      const code = codes[row] as number;
      total += (offsets[code + 1] as number) - (offsets[code] as number);
    }
    ends[row + 1] = total;
  }
  if (total > TEXT_BYTES_MAX) {
    throw new IoWriteError(
      "LIMIT_EXCEEDED",
      `the texts of one column take ${total} bytes, at most ${TEXT_BYTES_MAX}: divide the rows`,
      { details: { sizeBytes: total, max: TEXT_BYTES_MAX } },
    );
  }
  const texts = new Uint8Array(total);
  for (let row = 0; row < length; row++) {
    const from = offsets[codes[row] as number] as number;
    const to = ends[row] as number;
    const size = (ends[row + 1] as number) - to;
    if (size >= BULK_COPY_BYTES_MIN) texts.set(bytes.subarray(from, from + size), to);
    else for (let i = 0; i < size; i++) texts[to + i] = bytes[from + i] as number;
  }
  const type = new Utf8();
  return makeData({ type, offset, length, nullCount, nullBitmap, valueOffsets: ends, data: texts });
}
