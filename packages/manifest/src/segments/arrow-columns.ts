/**
 * Columns of a segment as an Arrow IPC file of one record batch without nulls, and back. What is read
 * is untrusted: names, types and lengths are checked before a value is looked at.
 */
import {
  Field,
  FixedSizeBinary,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint8,
  Utf8,
} from "apache-arrow";

/** Rows of one segment: bounds what is allocated for one. */
export const SEGMENT_ROWS_MAX = 2 ** 24;

export type Column =
  | { readonly kind: "number"; readonly values: Float64Array }
  | { readonly kind: "code"; readonly values: Uint8Array }
  | { readonly kind: "bytes"; readonly width: number; readonly values: Uint8Array }
  | { readonly kind: "text"; readonly offsets: Int32Array; readonly values: Uint8Array };

export type Columns = Readonly<Record<string, Column>>;

/** What a segment of a kind must have, in this order. */
export type ColumnTypes = Readonly<Record<string, Column["kind"] | number>>;

export function encodeColumns(columns: Columns, rows: number): Uint8Array {
  const children = Object.values(columns).map((column) => dataOf(column, rows));
  const fields = Object.keys(columns).map(
    (name, i) => new Field(name, (children[i] as (typeof children)[number]).type, false),
  );
  const type = new Struct(fields);
  const schema = new Schema(fields);
  const batch = new RecordBatch(schema, makeData({ type, length: rows, nullCount: 0, children }));
  return tableToIPC(new Table(schema, [batch]), "file");
}

function dataOf(column: Column, length: number) {
  const nullCount = 0;
  switch (column.kind) {
    case "number":
      return makeData({ type: new Float64(), length, nullCount, data: column.values });
    case "code":
      return makeData({ type: new Uint8(), length, nullCount, data: column.values });
    case "bytes":
      return makeData({
        type: new FixedSizeBinary(column.width),
        length,
        nullCount,
        data: column.values,
      });
    case "text":
      return makeData({
        type: new Utf8(),
        length,
        nullCount,
        valueOffsets: column.offsets,
        data: column.values,
      });
  }
}

/** @param types Kind of each column; a number is the width of one of bytes. */
export function decodeColumns(bytes: Uint8Array, types: ColumnTypes): Columns | undefined {
  const table = readTable(bytes);
  const [batch, ...more] = table?.batches ?? [];
  if (table === undefined || batch === undefined || more.length > 0) return undefined;
  const names = Object.keys(types);
  const fields = table.schema.fields;
  if (fields.length !== names.length || fields.some((f, i) => f.name !== names[i]))
    return undefined;
  const rows = batch.numRows;
  if (rows < 1 || rows > SEGMENT_ROWS_MAX) return undefined;
  const columns: Record<string, Column> = Object.create(null);
  for (const [i, name] of names.entries()) {
    const data = batch.data.children[i] as unknown as ArrowData | undefined;
    const column = data && columnOf(data, types[name] as ColumnTypes[string], rows);
    if (column === undefined) return undefined;
    columns[name] = column;
  }
  return columns;
}

/** The reader of Arrow throws errors of many kinds at bytes that are none: all mean the same. */
function readTable(bytes: Uint8Array): Table | undefined {
  try {
    return tableFromIPC(bytes);
  } catch {
    return undefined;
  }
}

/** As the library gives it; what the types promise is not checked by it. */
interface ArrowData {
  readonly type: { toString(): string };
  readonly length: number;
  readonly nullCount: number;
  readonly values: unknown;
  readonly valueOffsets: unknown;
}

function columnOf(data: ArrowData, type: ColumnTypes[string], rows: number): Column | undefined {
  const { values } = data;
  if (data.length !== rows || data.nullCount !== 0) return undefined;
  const name = data.type.toString();
  if (type === "number") {
    if (name !== "Float64" || !(values instanceof Float64Array) || values.length < rows) return;
    return { kind: "number", values: values.subarray(0, rows) };
  }
  if (!(values instanceof Uint8Array)) return undefined;
  if (type === "code") {
    if (name !== "Uint8" || values.length < rows) return undefined;
    return { kind: "code", values: values.subarray(0, rows) };
  }
  if (type === "text") {
    const offsets = data.valueOffsets;
    if (name !== "Utf8" || !(offsets instanceof Int32Array)) return undefined;
    if (!areOffsets(offsets, rows, values.length)) return undefined;
    return { kind: "text", offsets: offsets.subarray(0, rows + 1), values };
  }
  const width = Number(type);
  if (name !== `FixedSizeBinary[${width}]` || values.length < rows * width) return undefined;
  return { kind: "bytes", width, values: values.subarray(0, rows * width) };
}

function areOffsets(offsets: Int32Array, rows: number, end: number): boolean {
  if (offsets.length < rows + 1 || (offsets[0] as number) < 0) return false;
  for (let i = 0; i < rows; i++) {
    if ((offsets[i + 1] as number) < (offsets[i] as number)) return false;
  }
  return (offsets[rows] as number) <= end;
}
