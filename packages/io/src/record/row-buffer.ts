/** Rows of several tables that wait for the next flush. */
import type { TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { RowAppender } from "../cast/row-appender.js";
import type { NamedTable } from "../tables/table-catalog.js";

/** A table that the program describes. */
export interface DescribedTable extends NamedTable {
  readonly described: TableDescriptor;
}

/** Rows that left the buffer. */
export interface TakenRows {
  readonly table: DescribedTable;
  readonly batch: RecordBatch;
}

export class RowBuffer {
  readonly #find: (table: unknown) => DescribedTable;
  readonly #isStrict: boolean;
  /** By key, in order of the first row of each. */
  readonly #tables = new Map<string, { table: DescribedTable; rows: RowAppender }>();
  /** By what callers passed, so that finding a table is one look-up. */
  readonly #rowsOf = new Map<unknown, RowAppender>();
  #rowCount = 0;
  #sizeBytes = 0;

  /** @param find Reads a table argument; throws what is wrong with it. */
  constructor(find: (table: unknown) => DescribedTable, isStrict: boolean) {
    this.#find = find;
    this.#isStrict = isStrict;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** An estimate. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Contract: that of {@link RowAppender.append}, and `find` may throw. */
  append(table: unknown, row: unknown, admit: (sizeBytes: number) => void): void {
    const rows = this.#rowsOf.get(table) ?? this.#open(table);
    this.#sizeBytes += rows.append(row, admit);
    this.#rowCount++;
  }

  /** All rows; the buffer starts again from nothing. */
  take(): readonly TakenRows[] {
    this.#rowCount = 0;
    this.#sizeBytes = 0;
    return [...this.#tables.values()].flatMap(({ table, rows }) => {
      const batch = rows.finish();
      return batch === undefined ? [] : [{ table, batch }];
    });
  }

  #open(argument: unknown): RowAppender {
    const table = this.#find(argument);
    const known = this.#tables.get(table.key);
    const rows = known?.rows ?? new RowAppender(table.described, this.#isStrict);
    if (known === undefined) this.#tables.set(table.key, { table, rows });
    this.#rowsOf.set(argument, rows);
    return rows;
  }
}
