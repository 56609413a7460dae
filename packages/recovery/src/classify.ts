/**
 * What the log says of one table of an operation that left a sidecar. Pure.
 * Source: docs/design/protocol.md, "Recovery".
 */
import type { RecoveredTable, TableKey, TableVersion, Version } from "@crv/core";
import type { LedgerEntry } from "@crv/manifest";

/** One table of a sidecar, seen against a fresh snapshot of its branch. */
export interface TableEvidence {
  readonly table: TableKey;
  /** Version that the operation expected; null = blind. */
  readonly expected: TableVersion | null;
  /** Version that the root names now. */
  readonly pin: TableVersion;
  /** Version of the table that the operation's commit made, if it landed and changed it. */
  readonly landedAs?: TableVersion | undefined;
  /** Run version that the published view shows, read before the root (rule `viewfirst`). */
  readonly viewVersion: Version;
}

export interface Evidence {
  /** What the log says of the operation's id. */
  readonly settled: LedgerEntry | undefined;
  /** Head of the branch. */
  readonly head: Version;
  readonly tables: readonly TableEvidence[];
}

/** The class of each table, in the order of the evidence. */
export function classify(evidence: Evidence): readonly RecoveredTable[] {
  return evidence.tables.map(({ landedAs, ...table }) => ({
    table: table.table,
    class: classOf(table, evidence),
    from: landedAs === undefined ? (table.expected ?? table.pin) : landedAs - 1,
    to: landedAs ?? table.pin,
  }));
}

function classOf(
  { expected, pin, viewVersion }: TableEvidence,
  { settled, head }: Evidence,
): RecoveredTable["class"] {
  if (viewVersion > head || (expected !== null && pin < expected)) return "InvariantViolation";
  if (settled?.kind === "landed") return "RolledPastExpected";
  if (expected === null || pin === expected) return "NoMovement";
  return pin === expected + 1 ? "UnexpectedAtP1" : "UnexpectedMultistep";
}
