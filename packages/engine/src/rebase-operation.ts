/** An operation that is put on a newer version: when it may be, and what that changes. */
import type { TableKey, TableVersion } from "@crv/core";
import { type RunState, tableVersionOf } from "@crv/manifest";
import type { OperationIntent, StageKind } from "@crv/storage-trait";
import { isAppendChecked } from "./constraints/check-constraints.js";
import type { TableDraft } from "./table-draft.js";

type Drafts = ReadonlyMap<TableKey, TableDraft>;

/**
 * Whether only constraints look at tables, so that to look again is to have begun later. Requires: nothing
 * was read, and no artifact was touched.
 */
export function mayRecheck(
  { mode, recheck = false }: OperationIntent,
  kinds: Iterable<StageKind>,
  base: RunState,
  drafts: Drafts,
): boolean {
  return (
    recheck &&
    mode === "blind" &&
    [...kinds].every((kind) => kind === "append" || kind === "schema") &&
    [...drafts.values()].some((draft) => isAppendChecked(base, draft.descriptor))
  );
}

/** What was staged and is expected, as of `base`. */
export function rebaseOnto(
  base: RunState,
  drafts: Map<TableKey, TableDraft>,
  expected: Map<TableKey, TableVersion | null>,
): void {
  for (const [table, draft] of drafts) drafts.set(table, draft.rebase(base.tables.get(table)));
  for (const [table, version] of expected) {
    if (version !== null) expected.set(table, tableVersionOf(base, table));
  }
}
