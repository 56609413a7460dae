/** What a merge does to one table. Reads rows only where both sides changed it. */
import type { PartEntry, TableDescriptor, TableKey } from "@crv/core";
import { equalDescriptors } from "@crv/core";
import type { TableState } from "@crv/manifest";
import { decideRows, type RowContext, type RowDecision } from "./decide-rows.js";
import { differingParts, partsBetween } from "./differing-parts.js";
import { type MergedColumns, mergeColumns } from "./merge-columns.js";
import { RowMarks } from "./row-marks.js";

export interface TablePlan {
  readonly descriptor: TableDescriptor;
  /** Present when ours get other columns: those that go from their parts. */
  readonly dropped?: readonly string[];
  /** Rows of parts of ours that go. */
  readonly drop: readonly RowMarks[];
  /** Rows of parts of theirs that come. */
  readonly take: readonly RowMarks[];
}

/** One table as both have it, and as each base has it. */
export interface TableSides {
  readonly table: TableKey;
  readonly bases: readonly (TableState | undefined)[];
  readonly ours: TableState | undefined;
  readonly theirs: TableState | undefined;
}

/** Whether there is nothing in it to merge. */
export function isUntouched({ bases, theirs }: TableSides): boolean {
  return theirs === undefined || bases.every((base) => isSame(base, theirs));
}

/** Undefined when ours stay as they are; then there may be a conflict. */
export async function planTable(
  context: RowContext,
  sides: TableSides,
): Promise<TablePlan | undefined> {
  const { table, bases, ours, theirs } = sides;
  if (theirs === undefined || isUntouched(sides)) return undefined;
  if (ours === undefined) {
    return { descriptor: theirs.descriptor, drop: [], take: allOf([...theirs.parts]) };
  }
  const columns = mergeColumns(bases, ours, theirs);
  if (columns === undefined) {
    await context.conflicts.decide({ kind: "DivergentSchema", table });
    return undefined;
  }
  if (bases.every((base) => haveSameParts(base, theirs))) {
    return planOf(columns, ours, { drop: [], take: [] });
  }
  if (bases.every((base) => haveSameParts(base, ours))) return adoptAll(columns, ours, theirs);
  const [base] = bases;
  const differing = differingParts(base, ours, theirs, columns.dropped);
  const isAppended = differing.every(({ inBase, inTheirs }) => !inBase || inTheirs);
  if (columns.descriptor.key.length === 0 && isAppended && bases.length === 1) {
    const added = differing.filter(({ inBase, inOurs }) => !inBase && !inOurs);
    return planOf(columns, ours, { drop: [], take: allOf(added.map(({ part }) => part)) });
  }
  const { byEither } = columns.dropped;
  const contested = bases
    .slice(1)
    .map((other) => partsBetween(base, other, { from: byEither, to: byEither }));
  const decision = await decideRows(context, {
    descriptor: columns.descriptor,
    differing,
    contested,
  });
  if (!decision.isUnclear) return planOf(columns, ours, decision);
  const choice = await context.conflicts.decide({ kind: "DivergentUpdate", table });
  if (choice === "theirs") return adoptAll(columns, ours, theirs);
  return planOf(columns, ours, { drop: [], take: [] });
}

function adoptAll(
  columns: MergedColumns,
  ours: TableState,
  theirs: TableState,
): TablePlan | undefined {
  const { byOurs, byTheirs } = columns.dropped;
  const { removed, added } = partsBetween(ours, theirs, { from: byTheirs, to: byOurs });
  return planOf(columns, ours, { drop: allOf(removed), take: allOf(added) });
}

function planOf(
  { descriptor, droppedByTheirs }: MergedColumns,
  ours: TableState,
  { drop, take }: Pick<RowDecision, "drop" | "take">,
): TablePlan | undefined {
  const isEvolved = !equalDescriptors(ours.descriptor, descriptor) || droppedByTheirs.length > 0;
  if (!isEvolved && drop.length + take.length === 0) return undefined;
  return { descriptor, ...(isEvolved && { dropped: droppedByTheirs }), drop, take };
}

function allOf(parts: readonly PartEntry[]): readonly RowMarks[] {
  return parts.map((part) => RowMarks.all(part));
}

function isSame(a: TableState | undefined, b: TableState): boolean {
  return haveSameParts(a, b) && a !== undefined && a.describedAt === b.describedAt
    ? equalDescriptors(a.descriptor, b.descriptor)
    : false;
}

function haveSameParts(a: TableState | undefined, b: TableState): boolean {
  if (a === undefined) return b.parts.length === 0;
  return a.parts.length === b.parts.length && [...a.parts].every(({ path }) => b.parts.has(path));
}
