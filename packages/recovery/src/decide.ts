/**
 * What to do about one operation that left a sidecar: all of it or nothing. Pure.
 * Source: docs/design/protocol.md, "Recovery".
 */
import type { RecoveredTable } from "@crv/core";
import type { LedgerEntry } from "@crv/manifest";

export type Decision =
  /** Something contradicts the log: stop, loudly, and change nothing. */
  | "abort"
  /** It landed: views catch up, then the sidecar goes. */
  | "roll-forward"
  /** Its writer may still be at work: staging, or about to bring the views up itself. */
  | "leave"
  /** It did not land: fence its id, then its parts go, then the sidecar. */
  | "roll-back"
  /** It is fenced already: its parts go, then the sidecar. */
  | "finish-roll-back";

export interface Case {
  readonly settled: LedgerEntry | undefined;
  readonly classes: readonly RecoveredTable["class"][];
  /** The owner is provably dead, or the lease has run out. */
  readonly leaseOver: boolean;
}

export function decide({ settled, classes, leaseOver }: Case): Decision {
  if (classes.includes("InvariantViolation")) return "abort";
  if (settled?.kind === "landed") return leaseOver ? "roll-forward" : "leave";
  if (settled?.kind === "aborted") return "finish-roll-back";
  return leaseOver ? "roll-back" : "leave";
}
