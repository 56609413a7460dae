/** Opens a file of any format as the source of an import. The reader of a format is loaded when it is needed. */
import { CrvError } from "crv";
import { formatCount } from "../format/figures.js";
import { STDIN } from "./file-bytes.js";
import { extensionOf, type FileFormat, formatOf } from "./file-format.js";
import type { ForeignSource } from "./foreign-source.js";
import { type ColumnChoices, chooseColumns, type TextColumn } from "./text-columns.js";
import type { TextRecords } from "./text-records.js";
import { readTextRows } from "./text-rows.js";

/** Records looked at before types are inferred. */
export const INFER_ROWS = 10_000;

/** What only text files need to be told. Undefined = the default of the format. */
export interface TextChoices {
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly nulls?: readonly string[];
  readonly inferRows?: number;
}

export interface SourceChoices extends ColumnChoices {
  /** Default: what the name of the file says. */
  readonly format?: FileFormat;
  readonly text: TextChoices;
}

/** @throws CrvError `NOT_FOUND`, or `INVALID_ARGUMENT` when it is not of its format. */
export async function openSource(path: string, choices: SourceChoices): Promise<ForeignSource> {
  const format = choices.format ?? formatOf(path);
  checkTextChoices(format, choices);
  if (format === "csv") return typedSource("CSV", await openCsvAs(path, choices), choices);
  if (format === "ndjson") return typedSource("NDJSON", await openNdjsonAs(path, choices), choices);
  if (path === STDIN) {
    throw new CrvError("INVALID_ARGUMENT", `${format} is read from a file, not from stdin`);
  }
  if (format === "arrow") {
    const { openArrowSource } = await import("./arrow-source.js");
    return openArrowSource(path, choices);
  }
  const { openParquetSource } = await import("./parquet-source.js");
  return openParquetSource(path, choices);
}

function typedSource(format: string, records: TextRecords, choices: ColumnChoices): ForeignSource {
  const columns = chooseColumns(records, choices);
  if (records.sample.length === 0) checkTyped(records.path, columns, choices);
  return {
    path: records.path,
    description: `${format}, looked at ${formatCount(records.sample.length)} records`,
    columns,
    batches: (plan, batchRows) => readTextRows(records, columns, plan, batchRows),
  };
}

/** A table is not made of guesses: without a record there is nothing to infer from. */
function checkTyped(
  path: string,
  columns: readonly TextColumn[],
  { existing }: ColumnChoices,
): void {
  const untyped = columns.filter(({ typedBy }) => typedBy === "inferred");
  if (untyped.length === 0 || existing !== undefined) return;
  const names = untyped.map(({ source }) => source);
  throw refusal(
    `${path} has no rows, so nothing tells the types of ${names.map((name) => JSON.stringify(name)).join(", ")}; give them with --types ${names.map((name) => `${name}=str?`).join(",")}, or import it when it has rows`,
  );
}

async function openCsvAs(path: string, { text }: SourceChoices): Promise<TextRecords> {
  const { delimiter = extensionOf(path) === "tsv" ? "\t" : ",", header, nulls, inferRows } = text;
  const { openCsv } = await import("./csv-file.js");
  return openCsv(
    {
      path,
      delimiter,
      nulls: new Set(nulls),
      ...(header !== undefined && { hasHeader: header }),
    },
    inferRows ?? INFER_ROWS,
  );
}

async function openNdjsonAs(
  path: string,
  { text, types, only, existing }: SourceChoices,
): Promise<TextRecords> {
  const { openNdjson } = await import("./ndjson-file.js");
  const declared = [...types.keys()];
  const ofTable = Object.keys(existing?.columns ?? {});
  return openNdjson(
    { path, declared, ofTable, ...(only !== undefined && { only }) },
    text.inferRows ?? INFER_ROWS,
  );
}

function checkTextChoices(format: FileFormat, { text, types }: SourceChoices): void {
  if (format !== "csv") {
    const given = [
      ...(text.delimiter === undefined ? [] : ["--delimiter"]),
      ...(text.header === undefined ? [] : ["--header"]),
      ...(text.nulls === undefined ? [] : ["--null"]),
    ];
    if (given.length > 0) throw refusal(`${given.join(", ")}: for CSV only, and this is ${format}`);
  }
  if (format === "csv" || format === "ndjson") return;
  if (types.size > 0 || text.inferRows !== undefined) {
    throw refusal(`--types and --infer-rows are for CSV and NDJSON: a file of ${format} has types`);
  }
}

function refusal(message: string): CrvError {
  return new CrvError("INVALID_ARGUMENT", message);
}
