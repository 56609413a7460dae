/**
 * Makes the decoder give text columns as dictionaries, so that whoever reads them looks at each
 * distinct text once and not at every row.
 *
 * The decoder follows the Arrow schema that the footer embeds, under the key `ARROW:schema`. Parts
 * say plain text there, for other programs; here the footer is given to the decoder with another
 * schema. Positions in a footer are those of pages, which come before it, so it may change in size.
 * Measured in docs/design/parquet-codec.md.
 */
import {
  DataType,
  Dictionary,
  Field,
  Int32,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Utf8,
} from "apache-arrow";

/** Length of the footer and the magic, after the footer. */
const TAIL_BYTES = 8;
/** In Thrift: string field 1 of 12 bytes, the key, string field 2, whose length and text follow. */
const SCHEMA_MARK = Buffer.from("\x18\x0cARROW:schema\x18", "latin1");
/** Tables whose schemas are kept. */
const SCHEMAS_MAX = 64;

/** A file in two pieces: all pages, and the footer with what follows. */
export interface FilePieces {
  readonly pages: Uint8Array;
  readonly footer: Uint8Array;
}

export class DictionaryHint {
  /** Rewritten schemas; all parts of one table have the same. */
  readonly #rewritten = new Map<string, Buffer>();

  /**
   * The file as the decoder should see it: with dictionaries for the top-level columns `texts`. A
   * footer that embeds no schema, or one that cannot be understood, is left as it is.
   *
   * Requires: `file` is framed as a Parquet file.
   */
  apply(file: Uint8Array, texts: ReadonlySet<string>): FilePieces {
    const end = file.byteLength - TAIL_BYTES;
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const start = end - view.getUint32(end, true);
    const pages = file.subarray(0, start);
    // The last one: key-values come after the statistics, which may contain any bytes.
    const footer = Buffer.from(file.subarray(start));
    const mark = footer.lastIndexOf(SCHEMA_MARK);
    if (mark < 0) return { pages, footer };
    const from = mark + SCHEMA_MARK.length;
    const length = readVarint(footer, from);
    const schema = footer.toString("latin1", length.end, length.end + length.value);
    const rewritten = this.#rewrite(schema, texts);
    if (rewritten === undefined) return { pages, footer };
    const body = Buffer.concat([
      footer.subarray(0, from),
      varint(rewritten.length),
      rewritten,
      footer.subarray(length.end + length.value),
    ]);
    body.writeUInt32LE(body.length - TAIL_BYTES, body.length - TAIL_BYTES);
    return { pages, footer: body };
  }

  #rewrite(schema: string, texts: ReadonlySet<string>): Buffer | undefined {
    const name = JSON.stringify([[...texts], schema]);
    const known = this.#rewritten.get(name);
    if (known !== undefined) return known;
    const rewritten = withDictionaries(schema, texts);
    if (rewritten === undefined) return undefined;
    if (this.#rewritten.size >= SCHEMAS_MAX) this.#rewritten.clear();
    this.#rewritten.set(name, rewritten);
    return rewritten;
  }
}

/** `schema` is the Base64 of an Arrow IPC stream that is over after its schema. */
function withDictionaries(schema: string, texts: ReadonlySet<string>): Buffer | undefined {
  // Of bytes that are no schema at all the reader makes undefined, whatever its type says.
  let found: Schema | undefined;
  try {
    found = RecordBatchReader.from(Buffer.from(schema, "base64")).open().schema;
  } catch {
    // Of another writer, with types that we do not know: the decoder may know them.
    return undefined;
  }
  if (found === undefined) return undefined;
  const fields = found.fields.map((field, index) =>
    texts.has(field.name) && isText(field.type)
      ? new Field(field.name, new Dictionary(new Utf8(), new Int32(), index), field.nullable)
      : field,
  );
  const writer = new RecordBatchStreamWriter().reset(undefined, new Schema(fields, found.metadata));
  writer.finish();
  return Buffer.from(Buffer.from(writer.toUint8Array(true)).toString("base64"), "latin1");
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type);
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let end = start;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end };
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
