/** The draft of a table whose columns an operation changes. Source: docs/format/descriptor.md. */
import { IoSchemaError, SchemaError } from "@crv/core";
import type { TableState } from "@crv/manifest";
import type { SchemaChange } from "@crv/storage-trait";
import { TableDraft } from "./table-draft.js";

export type Evolution = Extract<SchemaChange, { kind: "evolve" }>;

/**
 * @param draft Of the table as it was.
 * @throws IoSchemaError `INVALID_ARGUMENT` when it holds something already.
 * @throws SchemaError `INVALID_DESCRIPTOR` when parts would be left without a column.
 */
export function evolvedDraft(
  draft: TableDraft,
  base: TableState | undefined,
  { descriptor, dropped }: Evolution,
): TableDraft {
  const table = descriptor.name;
  if (draft.hasEffect) {
    throw new IoSchemaError(
      "INVALID_ARGUMENT",
      `table "${table}" is changed here already: change its columns first and once, or in a commit of its own`,
      { details: { what: "stageSchema", table } },
    );
  }
  const evolved = new TableDraft(descriptor, base, { dropped });
  // An entry that names no column says nothing, and then its file might be asked.
  if (evolved.parts.some((part) => Object.keys(part.columns).length === 0)) {
    throw new SchemaError(
      "INVALID_DESCRIPTOR",
      `table "${table}" cannot drop ${dropped.join(", ")}: some of its rows have no other column; overwrite the table instead`,
      { details: { table, dropped } },
    );
  }
  return evolved;
}
