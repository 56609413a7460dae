/** What one operation does to tables, as data: how it is asked of a transaction, and how it is shown. */
import assert from "node:assert/strict";
import type { TableDescriptor } from "@crv/core";
import type { Filter, Transaction } from "@crv/io";
import fc from "fast-check";
import {
  type ArtifactChange,
  artifactChangeOf,
  formatArtifactChange,
  performOnArtifact,
} from "./artifact-changes.js";
import { filterOf } from "./filters.js";
import type { ModelDraft } from "./model-draft.js";
import { compareRows } from "./rows.js";
import { KEYED, type Row, rowsOf, setOf, TABLES } from "./tables.js";

export type PutKind = "insert" | "merge" | "overwrite";

export type Change = TableChange | ArtifactChange;

export type TableChange =
  | { readonly kind: PutKind; readonly table: TableDescriptor; readonly rows: readonly Row[] }
  | {
      readonly kind: "update";
      readonly table: TableDescriptor;
      readonly filter: Filter;
      readonly set: Row;
    }
  | { readonly kind: "delete" | "read"; readonly table: TableDescriptor; readonly filter: Filter };

const anyTable = fc.constantFrom(...TABLES);

/** Also without rows: of an overwrite that is the creation of a table. */
export const putOf: fc.Arbitrary<Extract<TableChange, { rows: readonly Row[] }>> = fc.oneof(
  anyTable.chain((table) =>
    fc.record({
      kind: fc.constant("insert" as const),
      table: fc.constant(table),
      rows: rowsOf(table),
    }),
  ),
  fc.constantFrom(...KEYED).chain((table) =>
    fc.record({
      kind: fc.constant("merge" as const),
      table: fc.constant(table),
      rows: rowsOf(table),
    }),
  ),
  anyTable.chain((table) =>
    fc.record({
      kind: fc.constant("overwrite" as const),
      table: fc.constant(table),
      rows: rowsOf(table),
    }),
  ),
);

export const changeOf: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: putOf },
  artifactChangeOf,
  anyTable.chain((table) =>
    fc.record({
      kind: fc.constant("update" as const),
      table: fc.constant(table),
      filter: filterOf(table),
      set: setOf(table),
    }),
  ),
  anyTable.chain((table) =>
    fc.record({
      kind: fc.constantFrom("delete" as const, "read" as const),
      table: fc.constant(table),
      filter: filterOf(table),
    }),
  ),
);

export const changesOf = fc.array(changeOf, { minLength: 1, maxLength: 4 });

/**
 * Asks `change` of a transaction.
 *
 * @param draft What reads must see; undefined when the operation landed before, and stages nothing.
 */
export async function perform(
  tx: Transaction,
  change: Change,
  draft: ModelDraft | undefined,
): Promise<void> {
  if ("artifact" in change) return performOnArtifact(tx, change, draft?.artifacts);
  const { table } = change;
  switch (change.kind) {
    case "insert":
    case "merge":
    case "overwrite":
      return tx[change.kind](table, change.rows);
    case "update":
      return tx.update(table, change.filter, change.set);
    case "delete":
      return tx.delete(table, change.filter);
    case "read": {
      const rows = (await tx.scan(table, { filter: change.filter }).toRows()) as readonly Row[];
      if (draft)
        compareRows(rows, draft.read(table, change.filter), `read in a transaction, ${table.name}`);
      const count = await tx.scan(table).count();
      if (draft)
        assert.equal(count, draft.rows(table).length, `count in a transaction, ${table.name}`);
    }
  }
}

export function formatChange(change: Change): string {
  if ("artifact" in change) return formatArtifactChange(change);
  const { kind, table } = change;
  if ("rows" in change) return `${kind} ${table.name} ${JSON.stringify(change.rows)}`;
  const set = change.kind === "update" ? ` set ${JSON.stringify(change.set)}` : "";
  return `${kind} ${table.name} where ${JSON.stringify(change.filter)}${set}`;
}
