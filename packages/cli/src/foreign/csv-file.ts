/** A CSV file as records: its header, a sample, and the rest. */
import { CrvError } from "crv";
import { type CellKind, kindOfText } from "./cell-kind.js";
import { cellReader } from "./cell-value.js";
import { type CsvOptions, readCsv } from "./csv-records.js";
import { takeSample } from "./take-sample.js";
import type { TextRecord, TextRecords } from "./text-records.js";

export interface CsvLayout extends CsvOptions {
  /** Whether the first record names the columns; undefined: yes, and it is refused if it looks like data. */
  readonly hasHeader?: boolean;
}

/**
 * @param sampleRows Records read ahead at most.
 * @throws CrvError `INVALID_ARGUMENT`; those of `readCsv`.
 */
export async function openCsv(layout: CsvLayout, sampleRows: number): Promise<TextRecords> {
  const { path } = layout;
  const records = readCsv(layout);
  const first = await firstRecord(records);
  if (first === undefined) {
    throw new CrvError("INVALID_ARGUMENT", `${path} is empty: it has no line that names columns`);
  }
  const names = namesOf(layout, first);
  const checked = checkedRecords(
    path,
    names.length,
    layout.hasHeader === false ? withFirst(first, records) : records,
  );
  return {
    path,
    names,
    sample: await takeSample(checked, sampleRows),
    rest: checked,
    kindOf: (cell) => kindOf(cell),
    readerOf: cellReader,
  };
}

function kindOf(cell: unknown): CellKind | undefined {
  return cell === null || cell === "" ? undefined : kindOfText(cell as string);
}

async function firstRecord(records: AsyncIterator<TextRecord>): Promise<TextRecord | undefined> {
  for (;;) {
    const { value, done } = await records.next();
    if (done) return undefined;
    if (!isBlank(value)) return value;
  }
}

async function* withFirst(
  first: TextRecord,
  rest: AsyncIterable<TextRecord>,
): AsyncGenerator<TextRecord> {
  yield first;
  yield* rest;
}

function namesOf({ path, delimiter, hasHeader }: CsvLayout, { cells, line }: TextRecord): string[] {
  const texts = cells.map((cell) => ((cell ?? "") as string).trim());
  const numbered = texts.map((_, at) => `column_${at + 1}`);
  if (hasHeader === false) return numbered;
  const named = texts.filter((text) => text !== "");
  if (hasHeader === undefined && named.every(looksLikeData)) {
    throw new CrvError(
      "INVALID_ARGUMENT",
      `${path}, line ${line}: this should name the columns, but looks like data; say --no-header when no line names them, --header when this one does`,
    );
  }
  const [only = ""] = texts;
  const other = [";", "\t", "|", ","].find((each) => each !== delimiter && only.includes(each));
  if (texts.length === 1 && other !== undefined) {
    throw new CrvError(
      "INVALID_ARGUMENT",
      `${path}, line ${line}: the only column would be ${JSON.stringify(only)}; say --delimiter ${JSON.stringify(other)}`,
    );
  }
  // Data frames write their index under an empty name.
  return texts.map((text, at) => (text === "" ? (numbered[at] as string) : text));
}

function looksLikeData(text: string): boolean {
  return ["i64", "f64", "timestamp"].includes(kindOfText(text));
}

/** Of several columns an empty line is no record; of one, it is a null. */
async function* checkedRecords(
  path: string,
  columnCount: number,
  records: AsyncIterable<TextRecord>,
): AsyncGenerator<TextRecord> {
  for await (const record of records) {
    if (record.cells.length === columnCount) {
      yield record;
    } else if (!isBlank(record)) {
      throw new CrvError(
        "INVALID_ARGUMENT",
        `${path}, line ${record.line}: ${record.cells.length} cells in a file of ${columnCount} columns; quote cells that hold a delimiter, or correct the line`,
      );
    }
  }
}

function isBlank({ cells }: TextRecord): boolean {
  return cells.length === 1 && cells[0] === null;
}
