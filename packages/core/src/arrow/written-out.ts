/**
 * Batches whose texts are written out, row by row. Each batch of ours has dictionaries of its own: a file
 * of Arrow's IPC format cannot hold them, and other programs take them for categories.
 */
import {
  type Data,
  DataType,
  type Field,
  makeData,
  type RecordBatch,
  Schema,
  Struct,
  Utf8,
  type Vector,
} from "apache-arrow";
import { batchOf } from "./batch-of.js";
import { ByteSlices } from "./byte-slices.js";
import { NullMask } from "./null-mask.js";
import { dictionaryTextReader } from "./text-reader.js";

/**
 * `batch` with text as plain Utf8, also within structs, and without nulls in members that allow none; its
 * other columns are shared, not copied.
 */
export function writtenOut(batch: RecordBatch): RecordBatch {
  const schema = new Schema(batch.schema.fields.map(plainField), batch.schema.metadata);
  return batchOf(
    schema,
    batch.numRows,
    batch.data.children.map((column) => plainData(column)),
  );
}

function plainField(field: Field): Field {
  return field.clone({ type: plainType(field.type) });
}

function plainType(type: DataType): DataType {
  if (DataType.isDictionary(type)) return new Utf8();
  return DataType.isStruct(type) ? new Struct(type.children.map(plainField)) : type;
}

/** @param hidden Rows that are null here or further up. */
function plainData(data: Data, hidden = data.nullCount): Data {
  const { type, length, offset, nullCount, nullBitmap } = data;
  if (DataType.isDictionary(type)) return plainTexts(data);
  if (DataType.isFixedSizeList(type)) {
    const [elements] = data.children as [Data];
    const child = plainMember(elements, type.children[0] as Field, hidden * type.listSize);
    return makeData({ type, length, offset, nullCount, nullBitmap, child });
  }
  if (!DataType.isStruct(type)) return data;
  const children = data.children.map((member, index) =>
    plainMember(member, type.children[index] as Field, hidden),
  );
  const struct = plainType(type) as Struct;
  return makeData({ type: struct, length, offset, nullCount, nullBitmap, children });
}

/**
 * What a null vector or struct has below it is nobody's value, and was decoded as nulls. Of a member that
 * allows none other programs refuse them, so they become what lies there: zeros and empty texts.
 *
 * @param hidden How many there are: other nulls are damage, and stay.
 */
function plainMember(member: Data, { nullable }: Field, hidden: number): Data {
  if (nullable) return plainData(member);
  const plain = plainData(member, hidden);
  if (plain.nullCount <= 0 || plain.nullCount !== hidden) return plain;
  const { type, offset, length, valueOffsets, values, typeIds, children } = plain;
  const buffers = [valueOffsets, values, undefined, typeIds] as never;
  return plain.clone(type, offset, length, 0, buffers, children as Data[]);
}

function plainTexts(data: Data): Data<Utf8> {
  const { length } = data;
  const texts = new ByteSlices();
  const nulls = new NullMask();
  const append = textAppender(data.dictionary as Vector, texts);
  for (let row = 0; row < length; row++) {
    if (data.getValid(row) && append(Number(data.values[row]))) continue;
    texts.appendEmpty(1);
    nulls.mark(row);
  }
  return makeData({ type: new Utf8(), length, ...texts.finish(), ...nulls.finish(length) });
}

/** Appends the text of a code; false, and nothing is appended, when that is a null. */
function textAppender(dictionary: Vector, texts: ByteSlices): (code: number) => boolean {
  const [data] = dictionary.data;
  if (dictionary.data.length === 1 && data !== undefined && DataType.isUtf8(data.type)) {
    const { values, valueOffsets } = data;
    return (code) => {
      if (!data.getValid(code)) return false;
      texts.appendBytes(values, valueOffsets[code] as number, valueOffsets[code + 1] as number);
      return true;
    };
  }
  const read = dictionaryTextReader(dictionary);
  return (code) => {
    const text = read(code);
    if (text !== null) texts.appendText(text);
    return text !== null;
  };
}
