/** What `append` takes, and how each form becomes chunks of rows. */
import { IoSchemaError, show } from "@crv/core";
import { RecordBatch, RecordBatchReader, Table } from "apache-arrow";

/**
 * Rows to append. In memory: an array of rows, an Arrow table or batch, or the bytes of an Arrow IPC
 * stream or file; checked whole before anything is written. Otherwise an iterable, checked and
 * written as it comes.
 */
export type AppendInput<Row> =
  | readonly Row[]
  | Table
  | RecordBatch
  | Uint8Array
  | Iterable<InputItem<Row>>
  | AsyncIterable<InputItem<Row>>;

/** What an iterable may give, also mixed. */
export type InputItem<Row> = Row | readonly Row[] | RecordBatch | Table;

export type InputSource =
  | { readonly kind: "memory"; readonly items: readonly unknown[] }
  | { readonly kind: "stream"; readonly items: Iterable<unknown> | AsyncIterable<unknown> };

/**
 * Tells the forms of input apart.
 *
 * @throws IoSchemaError `INVALID_ARGUMENT` for anything else, and for bytes that are not Arrow IPC.
 */
export function openInput(input: unknown): InputSource {
  if (Array.isArray(input)) return { kind: "memory", items: input };
  if (input instanceof Table || input instanceof RecordBatch) {
    return { kind: "memory", items: [input] };
  }
  if (input instanceof Uint8Array) return { kind: "memory", items: [readIpc(input)] };
  if (isIterable(input)) return { kind: "stream", items: input };
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `append cannot take ${show(input)}: ${remedy(input)}`,
    {
      details: { input },
    },
  );
}

function isIterable(input: unknown): input is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof input !== "object" || input === null) return false;
  return Symbol.asyncIterator in input || Symbol.iterator in input;
}

function readIpc(bytes: Uint8Array): Table {
  try {
    const reader = RecordBatchReader.from(bytes).open();
    // Of bytes that hold no message there is no schema, and no error either.
    if (reader.schema !== undefined) return new Table(reader.schema, reader.readAll());
  } catch (cause) {
    throw invalidIpc(bytes, cause);
  }
  throw invalidIpc(bytes, undefined);
}

function invalidIpc(bytes: Uint8Array, cause: unknown): IoSchemaError {
  return new IoSchemaError(
    "INVALID_ARGUMENT",
    `the ${bytes.length} bytes are not an Arrow IPC stream or file: pass the output of tableToIPC`,
    { details: { sizeBytes: bytes.length }, ...(cause !== undefined && { cause }) },
  );
}

function remedy(input: unknown): string {
  if (input instanceof Promise) return "await the promise first";
  return typeof input === "object" && input !== null
    ? "pass an array of row objects, [row] for one row"
    : "pass an array of row objects, an Arrow table or batch, IPC bytes, or an iterable of those";
}
