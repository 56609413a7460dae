/** What a transaction has staged so far, table by table, for its result. */
import type { PartEntry, TableDescriptor, TableKey } from "@crv/core";
import type { StagedHandle } from "@crv/storage-trait";
import { describeRows, rowsOfParts, type WrittenRows } from "./append-result.js";

/** What a transaction did to one table. `parts`, and `rows` in them, are those that the commit adds. */
export interface ChangedTable extends WrittenRows {
  /** Rows that the table gained and lost; a row that changed counts as both. */
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
}

interface Staged {
  rowsAdded: number;
  rowsRemoved: number;
  readonly ignoredColumns: Set<string>;
}

export class StagedTables {
  readonly #staged = new Map<TableKey, Staged>();
  /** Tables whose columns change, as they will be. */
  readonly evolved = new Map<TableKey, TableDescriptor>();

  add(handle: StagedHandle, ignoredColumns: readonly string[] = []): void {
    const staged = this.#staged.get(handle.table) ?? {
      rowsAdded: 0,
      rowsRemoved: 0,
      ignoredColumns: new Set<string>(),
    };
    this.#staged.set(handle.table, staged);
    staged.rowsAdded += handle.rowsAdded;
    staged.rowsRemoved += handle.rowsRemoved;
    for (const column of ignoredColumns) staged.ignoredColumns.add(column);
  }

  /** In the order of the first write to each. */
  get keys(): readonly TableKey[] {
    return [...this.#staged.keys()];
  }

  /** @param partsOf Parts that the commit adds to a table. */
  describe(partsOf: (table: TableKey) => readonly PartEntry[]): readonly ChangedTable[] {
    return [...this.#staged].map(([table, { rowsAdded, rowsRemoved, ignoredColumns }]) => ({
      ...describeRows(table, rowsOfParts(partsOf(table)), [...ignoredColumns]),
      rowsAdded,
      rowsRemoved,
    }));
  }
}
