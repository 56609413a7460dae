/** A base whose parts were only rearranged since. Pure. Source: docs/design/automatic-optimize.md. */
import type { RunState } from "@crv/manifest";

/**
 * `base`, with the parts that its tables have in `newest` where no commit changed their rows since: they hold
 * the same, and who rewrites them is not told that others took their place. Requires: both are of one branch.
 */
export function withRearranged(base: RunState, newest: RunState): RunState {
  if (newest.version <= base.version) return base;
  const rearranged = [...base.tables].flatMap(([key, table]) => {
    const now = newest.tables.get(key);
    const isSame = now && now.version > table.version && now.contentVersion <= table.version;
    return isSame ? [[key, now] as const] : [];
  });
  if (rearranged.length === 0) return base;
  return { ...base, tables: new Map([...base.tables, ...rearranged]) };
}
