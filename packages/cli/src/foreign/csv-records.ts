/** The records of a CSV file: cells as text, null for an empty one. */
import { pipeline, Readable } from "node:stream";
import { CrvError } from "crv";
import { CsvError, parse } from "csv-parse";
import { countLineFeeds, readText } from "./file-text.js";
import type { TextRecord } from "./text-records.js";

/** A quote that is never closed must not fill the memory. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;

export interface CsvOptions {
  readonly path: string;
  /** One character. */
  readonly delimiter: string;
  /** Cells that mean null, besides empty ones. */
  readonly nulls: ReadonlySet<string>;
}

interface RawRecord {
  readonly record: string[];
  /** The record as it stands in the file. */
  readonly raw: string;
}

/** @throws CrvError `INVALID_ARGUMENT` for what is no CSV; those of `readText`. */
export async function* readCsv({ path, delimiter, nulls }: CsvOptions): AsyncGenerator<TextRecord> {
  const parser = parse({
    delimiter,
    raw: true,
    // Counted here, for a message that names the line.
    relax_column_count: true,
    record_delimiter: ["\r\n", "\n"],
    max_record_size: RECORD_BYTES_MAX,
  });
  pipeline(Readable.from(readText(path)), parser, () => {});
  let line = 1;
  try {
    for await (const { record, raw } of parser as AsyncIterable<RawRecord>) {
      yield { line, cells: cellsOf(record, raw, nulls) };
      // `raw` has nothing, CR, or LF of the line break that ends it.
      line += countLineFeeds(raw.endsWith("\n") ? raw.slice(0, -1) : raw) + 1;
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new CrvError("INVALID_ARGUMENT", `${path}, line ${line}: ${describe(cause)}`, { cause });
  }
}

function cellsOf(
  record: string[],
  raw: string,
  nulls: ReadonlySet<string>,
): readonly (string | null)[] {
  if (!record.includes("") && nulls.size === 0) return record;
  // Only a record with two quotes in a row may hold an empty text, `""`, that is not null.
  const mayHoldEmptyText = raw.includes('""');
  let at = 0;
  return record.map((cell) => {
    const isQuoted = mayHoldEmptyText && raw[at] === '"';
    if (mayHoldEmptyText) at += sizeInFile(cell, isQuoted) + 1;
    return (cell === "" && !isQuoted) || nulls.has(cell) ? null : cell;
  });
}

/** Quotes around a cell are two characters, and so is each quote inside. */
function sizeInFile(cell: string, isQuoted: boolean): number {
  return isQuoted ? cell.length + 2 + (cell.split('"').length - 1) : cell.length;
}

function describe({ code, message }: CsvError): string {
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quote is opened here and never closed; close it, or write a quote inside a cell as two";
    case "CSV_MAX_RECORD_SIZE":
      return "a record of more than 64 MiB begins here: a quote that is not closed, or the wrong --delimiter";
    default:
      return `${message}; quote a cell that holds quotes, and write each quote inside as two`;
  }
}
