/** Records of text files: what CSV and NDJSON have in common before their cells have types. */
import type { ColumnType } from "crv";
import type { CellKind } from "./cell-kind.js";

export interface TextRecord {
  /** Where the record begins; the first line is 1. */
  readonly line: number;
  /** In the order of the columns of the file; null or undefined where there is nothing. */
  readonly cells: readonly unknown[];
}

export interface TextRecords {
  readonly path: string;
  /** Columns of the file. */
  readonly names: readonly string[];
  /** Read ahead, to infer types. */
  readonly sample: readonly TextRecord[];
  /** After the sample. */
  readonly rest: AsyncIterable<TextRecord>;
  readonly kindOf: (cell: unknown) => CellKind | undefined;
  readonly readerOf: (type: ColumnType) => (cell: never) => unknown;
}
