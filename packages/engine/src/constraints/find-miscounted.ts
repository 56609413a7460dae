/** Keys of a referenced table that too few or too many rows refer to. */
import type { ReferenceConstraint } from "@crv/core";
import type { TableDraft } from "../table-draft.js";
import { HeldKeys } from "./held-keys.js";
import { type CheckContext, type KeySource, readersOf } from "./key-reader.js";

/**
 * Looks at the keys whose number of rows may have changed: rising ones against `max`; against `min`
 * those that fell, and those that are new in the referenced table.
 */
export async function findMiscounted(
  context: CheckContext,
  referencing: TableDraft,
  referenced: TableDraft,
  { columns, cardinality: { min, max } }: ReferenceConstraint,
): Promise<readonly string[]> {
  const rowsIn = (parts: KeySource["parts"]): KeySource => {
    return { table: referencing.descriptor, columns, parts };
  };
  const keysIn = (parts: KeySource["parts"]): KeySource => {
    return { table: referenced.descriptor, columns: referenced.descriptor.key, parts };
  };
  if (min === 0 && max === null) return [];
  const isNew = referencing.baseVersion === 0;
  if (min > 0 && isNew) context.reads.add(referenced.descriptor.name);
  const touched = [
    ...(max === null ? [] : [rowsIn(referencing.added)]),
    ...(min === 0 ? [] : [rowsIn(referencing.removed)]),
    ...(min === 0 ? [] : [keysIn(isNew ? referenced.parts : referenced.added)]),
  ];
  for (const reader of readersOf(context, touched)) {
    const held = new HeldKeys(columns.length);
    for (const source of touched) {
      await reader.each(source, (key, values) => held.add(key, values));
    }
    await reader.lookUp(rowsIn(referencing.kept), held, (key) => held.count(key));
    await reader.each(rowsIn(referencing.added), (key) => held.count(key));
    const miscounted = new Set<string>();
    for (const [key, count] of held.entries()) {
      if (count > (max ?? count)) miscounted.add(key);
      if (count >= min) held.delete(key);
    }
    await reader.lookUp(keysIn(referenced.parts), held, (key) => miscounted.add(key));
    if (miscounted.size > 0) return [...miscounted];
  }
  return [];
}
