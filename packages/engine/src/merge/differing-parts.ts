/** The parts in which the sides of a merge differ, by who has them. Pure. */
import type { ObjectKey, PartEntry } from "@crv/core";
import { type TableState, withoutColumns } from "@crv/manifest";
import type { DroppedColumns } from "./merge-columns.js";

/** A part that base, ours and theirs do not all have. */
export interface DifferingPart {
  readonly part: PartEntry;
  readonly inBase: boolean;
  readonly inOurs: boolean;
  readonly inTheirs: boolean;
}

export function differingParts(
  base: TableState | undefined,
  ours: TableState | undefined,
  theirs: TableState | undefined,
  { byOurs, byTheirs, byEither }: DroppedColumns,
): readonly DifferingPart[] {
  const differing = new Map<ObjectKey, DifferingPart>();
  const sides = [
    { side: theirs, dropped: byOurs },
    { side: ours, dropped: byTheirs },
    { side: base, dropped: byEither },
  ];
  for (const { side, dropped } of sides) {
    for (const part of side?.parts ?? []) {
      const { path } = part;
      const inBase = base?.parts.has(path) === true;
      const inOurs = ours?.parts.has(path) === true;
      const inTheirs = theirs?.parts.has(path) === true;
      if (differing.has(path) || (inBase && inOurs && inTheirs)) continue;
      const entry = withoutColumns(part, dropped);
      differing.set(path, { part: entry, inBase, inOurs, inTheirs });
    }
  }
  return [...differing.values()];
}

/** Parts that only one of two states has. */
export interface PartsBetween {
  readonly removed: readonly PartEntry[];
  readonly added: readonly PartEntry[];
}

/** @param dropped Columns that go from the entries of each. */
export function partsBetween(
  from: TableState | undefined,
  to: TableState | undefined,
  dropped: { readonly from: ReadonlySet<string>; readonly to: ReadonlySet<string> },
): PartsBetween {
  const only = (
    one: TableState | undefined,
    other: TableState | undefined,
    without: ReadonlySet<string>,
  ): PartEntry[] =>
    [...(one?.parts ?? [])]
      .filter(({ path }) => other?.parts.has(path) !== true)
      .map((part) => withoutColumns(part, without));
  return { removed: only(from, to, dropped.from), added: only(to, from, dropped.to) };
}
