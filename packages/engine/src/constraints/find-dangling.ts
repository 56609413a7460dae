/** Keys that rows refer to and that the referenced table does not have. */
import type { ReferenceConstraint } from "@crv/core";
import type { TableDraft } from "../table-draft.js";
import { HeldKeys } from "./held-keys.js";
import { type CheckContext, type KeySource, readersOf } from "./key-reader.js";

/** Keys that staged rows of `referencing` refer to without there being a row of `referenced`. */
export async function findMissing(
  context: CheckContext,
  referencing: TableDraft,
  referenced: TableDraft,
  { columns }: ReferenceConstraint,
): Promise<readonly string[]> {
  const added: KeySource = { table: referencing.descriptor, columns, parts: referencing.added };
  const keys = keysOf(referenced, referenced.parts);
  for (const reader of readersOf(context, [added])) {
    const missing = new HeldKeys(columns.length);
    await reader.each(added, (key, values) => missing.add(key, values));
    await reader.lookUp(keys, missing, (key) => missing.delete(key));
    if (missing.size > 0) return missing.entries().map(([key]) => key);
  }
  return [];
}

/** Keys that `referenced` loses and that kept rows of `referencing` refer to. */
export async function findOrphaned(
  context: CheckContext,
  referencing: TableDraft,
  referenced: TableDraft,
  { columns }: ReferenceConstraint,
): Promise<readonly string[]> {
  const removed = keysOf(referenced, referenced.removed);
  const left = keysOf(referenced, referenced.parts);
  const kept: KeySource = { table: referencing.descriptor, columns, parts: referencing.kept };
  for (const reader of readersOf(context, [removed])) {
    const gone = new HeldKeys(columns.length);
    const orphaned = new Set<string>();
    await reader.each(removed, (key, values) => gone.add(key, values));
    await reader.lookUp(left, gone, (key) => gone.delete(key));
    await reader.lookUp(kept, gone, (key) => orphaned.add(key));
    if (orphaned.size > 0) return [...orphaned];
  }
  return [];
}

function keysOf({ descriptor }: TableDraft, parts: KeySource["parts"]): KeySource {
  return { table: descriptor, columns: descriptor.key, parts };
}
