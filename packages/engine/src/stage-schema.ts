/** The draft of a table that an operation creates, or whose columns it changes. */
import { hasConstraints, type TableVersion } from "@crv/core";
import { fitsTable, type TableState } from "@crv/manifest";
import type { SchemaChange } from "@crv/storage-trait";
import { evolvedDraft } from "./evolved-draft.js";
import { otherDescriptor } from "./stage-errors.js";
import { TableDraft } from "./table-draft.js";

export interface StagedSchema {
  readonly draft: TableDraft;
  /** Null: it does not depend on the table. */
  readonly expected: TableVersion | null;
}

/**
 * @param known What the operation has made of the table.
 * @param base The table as it was read; undefined = it does not exist.
 * @throws as `StagedOperation.stageSchema`.
 */
export function stageSchema(
  change: SchemaChange,
  known: () => TableDraft | undefined,
  base: TableState | undefined,
): StagedSchema {
  const { descriptor } = change;
  if (change.kind === "evolve") {
    const draft = evolvedDraft(known() as TableDraft, base, change);
    return { draft, expected: draft.baseVersion };
  }
  if (base && !fitsTable(base, descriptor)) throw otherDescriptor(descriptor.name);
  const version = base?.version ?? 0;
  const expected = hasConstraints(descriptor.constraints) ? version : null;
  return { draft: known() ?? new TableDraft(descriptor, base), expected };
}
