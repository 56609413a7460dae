/** `crv scan --output`: the rows of a scan as a file of any format. */
import { CrvError, type Run, type ScanOptions } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import type { FileFormat } from "../foreign/file-format.js";
import { extensionOf } from "../foreign/file-format.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { formatCsv, formatCsvHeading, formatNdjson } from "../format/row-format.js";
import { inChunks, type Selection, selectFields, selectRows } from "../format/selected-rows.js";
import { exportArrow } from "./arrow-export.js";
import { exportParquet } from "./parquet-export.js";
import { exportText } from "./text-export.js";
import { writeWhole } from "./whole-file.js";

export interface Selected {
  readonly run: Run;
  readonly table: string;
  readonly options: ScanOptions;
}

/** Rows so far, known in full at the end. */
interface Tally {
  rows: number;
}

export async function exportRows(
  context: CommandContext,
  selected: Selected,
  file: string,
  format: FileFormat,
): Promise<void> {
  const tally: Tally = { rows: 0 };
  const bytes = await writeWhole(file, (partial) =>
    exportTo(context, selected, { file, partial, format }, tally),
  );
  await writeResult(
    context,
    { file, format, rows: tally.rows, bytes },
    () => `wrote ${formatCount(tally.rows)} rows to ${file}, ${formatBytes(bytes)}\n`,
  );
}

interface Target {
  readonly file: string;
  readonly partial: string;
  readonly format: FileFormat;
}

async function exportTo(
  { terminal: { signal } }: CommandContext,
  { run, table, options }: Selected,
  { file, partial, format }: Target,
  tally: Tally,
): Promise<void> {
  const isGzip = file.toLowerCase().endsWith(".gz");
  if (format === "csv" || format === "ndjson") {
    const selection = await selectRows(run, table, options);
    const counted = { ...selection, rows: tallied(selection.rows, tally, () => 1) };
    await exportText(partial, textOf(format, counted), { isGzip, signal });
    return;
  }
  if (isGzip) {
    throw new CrvError("INVALID_ARGUMENT", `${format} is not written as gzip: leave out .gz`);
  }
  const fields = await selectFields(run, table, options);
  const scan = run.scan(table, { ...options, columns: fields.map(({ name }) => name) });
  if (format === "arrow") {
    const isStream = extensionOf(file) === "arrows";
    const batches = tallied(scan, tally, ({ numRows }) => numRows);
    await exportArrow(partial, batches, { isStream, signal });
  } else {
    await exportParquet(
      partial,
      fields,
      tallied(scan.rows({ int64: "bigint" }), tally, () => 1),
    );
  }
}

async function* textOf(
  format: "csv" | "ndjson",
  { columns, rows }: Selection,
): AsyncGenerator<string> {
  if (format === "csv") yield formatCsvHeading(columns);
  for await (const chunk of inChunks(rows)) {
    yield format === "csv" ? formatCsv(chunk, { safely: false }) : formatNdjson(chunk);
  }
}

async function* tallied<Item>(
  items: AsyncIterable<Item>,
  tally: Tally,
  rowsOf: (item: Item) => number,
): AsyncGenerator<Item> {
  for await (const item of items) {
    yield item;
    tally.rows += rowsOf(item);
  }
}
