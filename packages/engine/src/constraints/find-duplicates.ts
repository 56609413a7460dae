/** Keys that a draft has in more than one row. */
import type { TableDraft } from "../table-draft.js";
import { HeldKeys } from "./held-keys.js";
import { type CheckContext, type KeySource, readersOf } from "./key-reader.js";

/** Keys of `columns` that staged rows share with each other, or with rows that are kept. */
export async function findDuplicates(
  context: CheckContext,
  draft: TableDraft,
  columns: readonly string[],
): Promise<readonly string[]> {
  const table = draft.descriptor;
  const added: KeySource = { table, columns, parts: draft.added };
  const kept: KeySource = { table, columns, parts: draft.kept };
  for (const reader of readersOf(context, [added])) {
    const held = new HeldKeys(columns.length);
    const twice = new Set<string>();
    await reader.each(added, (key, values) => {
      if (held.has(key)) twice.add(key);
      held.add(key, values);
    });
    await reader.lookUp(kept, held, (key) => twice.add(key));
    if (twice.size > 0) return [...twice];
  }
  return [];
}
