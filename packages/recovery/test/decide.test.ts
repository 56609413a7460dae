/** Goal: one decision for all tables of an operation, and exactly those of docs/design/protocol.md, "Recovery". */
import type { RecoveryClass } from "@crv/core";
import type { LedgerEntry } from "@crv/manifest";
import { describe, expect, test } from "vitest";
import { type Decision, decide } from "../src/index.js";

const LANDED: LedgerEntry = { kind: "landed", version: 7 };
const ABORTED: LedgerEntry = { kind: "aborted", version: 7 };
const NOT_LANDED = ["NoMovement", "UnexpectedAtP1", "UnexpectedMultistep"] as const;

/** Every set of classes that an operation can have, and the decision with the lease running and over. */
const RULES: readonly (readonly [
  LedgerEntry | undefined,
  readonly RecoveryClass[],
  Decision,
  Decision,
])[] = [
  [LANDED, ["RolledPastExpected"], "leave", "roll-forward"],
  [LANDED, ["RolledPastExpected", "RolledPastExpected"], "leave", "roll-forward"],
  [LANDED, [], "leave", "roll-forward"],
  ...NOT_LANDED.flatMap((a) => [
    [undefined, [a], "leave", "roll-back"] as const,
    [ABORTED, [a], "finish-roll-back", "finish-roll-back"] as const,
    ...NOT_LANDED.map((b) => [undefined, [a, b], "leave", "roll-back"] as const),
  ]),
  [undefined, [], "leave", "roll-back"],
  [ABORTED, [], "finish-roll-back", "finish-roll-back"],
  [LANDED, ["InvariantViolation"], "abort", "abort"],
  [LANDED, ["RolledPastExpected", "InvariantViolation"], "abort", "abort"],
  [undefined, ["NoMovement", "InvariantViolation", "NoMovement"], "abort", "abort"],
  [ABORTED, ["InvariantViolation", "NoMovement"], "abort", "abort"],
];

describe("decide", () => {
  test.each(RULES)(
    "%j with %j: %s while the lease runs, then %s",
    (settled, classes, running, over) => {
      expect(decide({ settled, classes, leaseOver: false })).toBe(running);
      expect(decide({ settled, classes, leaseOver: true })).toBe(over);
    },
  );

  test("never rolls back what landed, nor forward what did not", () => {
    for (const [settled, classes] of RULES) {
      for (const leaseOver of [false, true]) {
        const decision = decide({ settled, classes, leaseOver });
        if (settled?.kind === "landed") expect(decision).not.toMatch(/roll-back/);
        else expect(decision).not.toBe("roll-forward");
      }
    }
  });
});
