/**
 * Rows as a DataFrame of nodejs-polars, which the program brings: crv neither installs it nor needs its
 * types. The rows cross as a file of Arrow's IPC format in memory.
 */
import { IoError } from "@crv/core";
import { writtenOut } from "@crv/core/arrow";
import { type RecordBatch, Schema, Table, tableToIPC } from "apache-arrow";

/** The module nodejs-polars, as far as it is used here. */
export interface PolarsModule<Frame> {
  readIPC(file: Buffer): Frame;
}

/** What is said of a DataFrame where the types of nodejs-polars are not at hand. */
export interface PolarsFrame {
  readonly height: number;
  readonly width: number;
  readonly columns: string[];
  toRecords(): Record<string, unknown>[];
}

/**
 * Text is of type String, not a category; open structs are JSON text; the other columns are what they are
 * in Arrow.
 *
 * @param polars Default: the module that is installed beside crv.
 * @throws IoError `MISSING_PACKAGE` before anything is read.
 */
export async function polarsFrame<Frame>(
  batches: AsyncIterable<RecordBatch>,
  polars: PolarsModule<Frame> | undefined,
): Promise<Frame> {
  const { readIPC } = polars ?? (await importPolars<Frame>());
  const plain: RecordBatch[] = [];
  for await (const batch of batches) plain.push(writtenOut(batch));
  return readIPC(Buffer.from(tableToIPC(unmarked(plain), "file")));
}

async function importPolars<Frame>(): Promise<PolarsModule<Frame>> {
  try {
    // @ts-expect-error -- nothing here has its types: it is not installed with crv
    const { default: polars } = await import("nodejs-polars");
    return polars as PolarsModule<Frame>;
  } catch (cause) {
    throw new IoError(
      "MISSING_PACKAGE",
      "nodejs-polars cannot be loaded: install it beside crv (npm install nodejs-polars), or pass the module to toPolars",
      { cause, details: { package: "nodejs-polars" } },
    );
  }
}

/** Polars refuses columns that are marked as an extension type, which JSON text is. */
function unmarked(batches: readonly RecordBatch[]): Table {
  const fields = batches[0]?.schema.fields.map((field) => field.clone({ metadata: new Map() }));
  return new Table(new Schema(fields), [...batches]);
}
