/** The columns of a merged table. Pure. Source: docs/design/merge.md, "Columns". */
import { equalDescriptors, type TableDescriptor } from "@crv/core";
import type { TableState } from "@crv/manifest";

/**
 * Columns whose values went since the base. A side's own entries name them no longer, or name the column
 * that was added again: only what the other side dropped goes from them.
 */
export interface DroppedColumns {
  readonly byOurs: ReadonlySet<string>;
  readonly byTheirs: ReadonlySet<string>;
  readonly byEither: ReadonlySet<string>;
}

export interface MergedColumns {
  readonly descriptor: TableDescriptor;
  readonly dropped: DroppedColumns;
  /** Those that go from the parts that ours have. */
  readonly droppedByTheirs: readonly string[];
}

/** Undefined when both changed the columns, or what became of one cannot be told. */
export function mergeColumns(
  bases: readonly (TableState | undefined)[],
  ours: TableState,
  theirs: TableState,
): MergedColumns | undefined {
  const [base] = bases;
  const descriptor = chooseDescriptor(bases, ours, theirs);
  if (descriptor === undefined) return undefined;
  const byOurs = base ? droppedSince(base, ours) : new Set<string>();
  const byTheirs = base ? droppedSince(base, theirs) : new Set<string>();
  if (byOurs === undefined || byTheirs === undefined) return undefined;
  const has = (side: TableState, name: string): boolean =>
    Object.hasOwn(side.descriptor.columns, name);
  const isAddedAgain = (name: string): boolean => has(ours, name) || has(theirs, name);
  if ([...byOurs].some((name) => byTheirs.has(name) && isAddedAgain(name))) return undefined;
  const droppedByTheirs = [...byTheirs].filter((name) => has(ours, name));
  const byEither = new Set([...byOurs, ...byTheirs]);
  return { descriptor, dropped: { byOurs, byTheirs, byEither }, droppedByTheirs };
}

function chooseDescriptor(
  bases: readonly (TableState | undefined)[],
  ours: TableState,
  theirs: TableState,
): TableDescriptor | undefined {
  if (equalDescriptors(ours.descriptor, theirs.descriptor)) return ours.descriptor;
  const isOfAll = ({ descriptor }: TableState): boolean =>
    bases.every((base) => base && equalDescriptors(base.descriptor, descriptor));
  if (isOfAll(theirs)) return ours.descriptor;
  return isOfAll(ours) ? theirs.descriptor : undefined;
}

/**
 * Columns of `base` whose values went since. One that was dropped and added again looks as before; but
 * entries of parts that are still there name it no longer. Undefined when no such part is left to tell.
 */
function droppedSince(base: TableState, side: TableState): ReadonlySet<string> | undefined {
  const columns = Object.keys(base.descriptor.columns);
  const gone = columns.filter((name) => !Object.hasOwn(side.descriptor.columns, name));
  if (side.describedAt === base.describedAt) return new Set(gone);
  const mayBeAnother = columns.some((name) => side.descriptor.nullable.includes(name));
  if (!mayBeAnother) return new Set(gone);
  const before = new Map([...base.parts].map((part) => [part.path, part.columns]));
  for (const { path, columns: named } of side.parts) {
    const known = before.get(path);
    if (known === undefined) continue;
    const lost = Object.keys(known).filter((name) => !Object.hasOwn(named, name));
    return new Set([...gone, ...lost]);
  }
  return undefined;
}
