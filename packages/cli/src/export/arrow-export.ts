/** Rows as an Arrow IPC file, or stream. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type Data,
  DataType,
  type Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";

/** @param isStream Whether it is written as a stream, which can be read before it has ended. */
export async function exportArrow(
  path: string,
  batches: AsyncIterable<RecordBatch>,
  { isStream, signal }: { readonly isStream: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const writer = isStream ? RecordBatchStreamWriter : RecordBatchFileWriter;
  const encoder = writer.throughNode({ autoDestroy: true });
  await pipeline(Readable.from(plainBatches(batches)), encoder, createWriteStream(path), {
    signal,
  });
}

async function* plainBatches(batches: AsyncIterable<RecordBatch>): AsyncGenerator<RecordBatch> {
  let schema: Schema | undefined;
  for await (const batch of batches) {
    schema ??= new Schema(batch.schema.fields.map(plainField));
    const children = batch.data.children.map(plainData);
    const type = new Struct(schema.fields);
    const data = makeData({ type, length: batch.numRows, nullCount: 0, children });
    yield new RecordBatch(schema, data);
  }
}

/** Each batch has dictionaries of its own, which a file cannot hold: its texts are written out. */
function plainField(field: Field): Field {
  return field.clone({ type: plainType(field.type) });
}

function plainType(type: DataType): DataType {
  if (DataType.isDictionary(type)) return type.dictionary;
  return DataType.isStruct(type) ? new Struct(type.children.map(plainField)) : type;
}

function plainData(data: Data): Data {
  const { type, length } = data;
  if (DataType.isDictionary(type)) {
    if (length === 0) return makeData({ type: new Utf8(), length });
    return vectorFromArray([...new Vector([data])], new Utf8()).data[0] as Data;
  }
  if (!DataType.isStruct(type)) return data;
  const { nullBitmap, nullCount, offset } = data;
  return makeData({
    type: plainType(type) as Struct,
    length,
    offset,
    nullCount,
    nullBitmap,
    children: data.children.map(plainData),
  });
}
