/**
 * Checks the declared constraints on the state that a commit will produce: the base with everything
 * that the operation staged, in all tables. Only what the operation may have broken is looked at.
 * Source: docs/format/descriptor.md, "Constraints"; why so: docs/design/constraints.md.
 */
import {
  checkReference,
  hasConstraints,
  type ReferenceConstraint,
  type TableDescriptor,
  type TableKey,
} from "@crv/core";
import type { RunState } from "@crv/manifest";
import type { PartStore } from "@crv/storage-trait/parts";
import { TableDraft } from "../table-draft.js";
import { findMissing, findOrphaned } from "./find-dangling.js";
import { findDuplicates } from "./find-duplicates.js";
import { findMiscounted } from "./find-miscounted.js";
import type { CheckContext } from "./key-reader.js";
import { danglingError, duplicatesError, miscountedError } from "./violation-error.js";

export interface ConstraintScope {
  readonly base: RunState;
  /** Tables that the operation touched. */
  readonly drafts: ReadonlyMap<TableKey, TableDraft>;
  readonly parts: PartStore;
  readonly keysHeldMax: number;
}

/**
 * @returns the tables whose committed rows the checks depend on: the read set of the constraints.
 * @throws ConstraintError `CONSTRAINT_VIOLATED`, of the first constraint that would be broken.
 * @throws SchemaError `INVALID_DESCRIPTOR` when a reference does not fit the table that it names.
 */
export async function checkConstraints(scope: ConstraintScope): Promise<ReadonlySet<TableKey>> {
  const { parts, keysHeldMax } = scope;
  const context: CheckContext = { parts, keysHeldMax, reads: new Set() };
  for (const descriptor of constrainedTables(scope)) {
    const draft = draftOf(scope, descriptor.name) as TableDraft;
    for (const columns of descriptor.constraints.unique) {
      const keys = await findDuplicates(context, draft, columns);
      if (keys.length > 0) throw duplicatesError(descriptor, columns, keys);
    }
    for (const reference of descriptor.constraints.references) {
      const referenced = draftOf(scope, reference.table);
      if (!draft.hasEffect && !referenced?.hasEffect) continue;
      checkReference(descriptor, reference, referenced?.descriptor);
      if (referenced) await checkRows(context, draft, referenced, reference);
    }
  }
  return context.reads;
}

/** Whether constraints can refuse rows that are appended to `table`: its own, or those of another. */
export function isAppendChecked({ tables }: RunState, table: TableDescriptor): boolean {
  if (hasConstraints(table.constraints)) return true;
  return [...tables.values()].some(({ descriptor }) =>
    descriptor.constraints.references.some(
      (reference) => reference.table === table.name && reference.cardinality.min > 0,
    ),
  );
}

async function checkRows(
  context: CheckContext,
  referencing: TableDraft,
  referenced: TableDraft,
  reference: ReferenceConstraint,
): Promise<void> {
  const { descriptor } = referencing;
  const missing = await findMissing(context, referencing, referenced, reference);
  if (missing.length > 0) throw danglingError(descriptor, reference, missing);
  const orphaned = await findOrphaned(context, referencing, referenced, reference);
  if (orphaned.length > 0) throw danglingError(descriptor, reference, orphaned);
  const miscounted = await findMiscounted(context, referencing, referenced, reference);
  if (miscounted.length > 0) throw miscountedError(descriptor, reference, miscounted);
}

/** Of the state that the commit will produce, in the order of their names. */
function constrainedTables({ base, drafts }: ConstraintScope): readonly TableDescriptor[] {
  const tables = new Map<TableKey, TableDescriptor>();
  for (const { key, descriptor } of base.tables.values()) tables.set(key, descriptor);
  for (const [key, { descriptor }] of drafts) tables.set(key, descriptor);
  return [...tables.values()]
    .filter(({ constraints }) => hasConstraints(constraints))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A table that was not touched is a draft without changes. */
function draftOf({ base, drafts }: ConstraintScope, table: TableKey): TableDraft | undefined {
  const touched = drafts.get(table);
  const state = base.tables.get(table);
  return touched ?? (state && new TableDraft(state.descriptor, state));
}
