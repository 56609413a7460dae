/** Goal: the table of docs/design/protocol.md, "Recovery": every class, by every way to it. */
import type { RecoveryClass, TableVersion } from "@crv/core";
import type { LedgerEntry } from "@crv/manifest";
import { describe, expect, test } from "vitest";
import { classify } from "../src/index.js";
import { DELAYS, FLIGHTS } from "./sample.js";

const HEAD = 9;
const landed: LedgerEntry = { kind: "landed", version: 7 };
const aborted: LedgerEntry = { kind: "aborted", version: 7 };

interface Row {
  readonly settled: LedgerEntry | undefined;
  readonly expected: TableVersion | null;
  readonly pin: TableVersion;
  readonly view: number;
  readonly class: RecoveryClass;
}

const row = (
  settled: Row["settled"],
  expected: Row["expected"],
  pin: number,
  view: number,
  name: RecoveryClass,
): Row => ({ settled, expected, pin, view, class: name });

describe("classify", () => {
  test.each([
    row(landed, 3, 4, 7, "RolledPastExpected"),
    row(landed, 3, 4, 0, "RolledPastExpected"), // the view lags
    row(landed, 3, 8, 9, "RolledPastExpected"), // others came after it
    row(landed, 3, 3, 7, "RolledPastExpected"), // it only read this table
    row(landed, null, 4, 7, "RolledPastExpected"),
    row(landed, 0, 1, 7, "RolledPastExpected"), // it made the table
    row(undefined, 3, 3, 7, "NoMovement"),
    row(undefined, 0, 0, 0, "NoMovement"),
    row(undefined, 3, 4, 7, "UnexpectedAtP1"),
    row(undefined, 0, 1, 7, "UnexpectedAtP1"),
    row(undefined, 3, 5, 7, "UnexpectedMultistep"),
    row(undefined, 0, 9, 9, "UnexpectedMultistep"),
    row(undefined, null, 0, 0, "NoMovement"), // blind: what others did is no matter
    row(undefined, null, 8, 9, "NoMovement"),
    row(aborted, 3, 3, 7, "NoMovement"),
    row(aborted, 3, 4, 7, "UnexpectedAtP1"),
    row(aborted, 3, 6, 7, "UnexpectedMultistep"),
    row(aborted, null, 6, 7, "NoMovement"),
    row(undefined, 3, 2, 7, "InvariantViolation"), // the log lost a commit that the writer had read
    row(landed, 3, 2, 7, "InvariantViolation"),
    row(aborted, 3, 0, 7, "InvariantViolation"),
    row(undefined, 3, 3, 10, "InvariantViolation"), // a view shows what the log does not hold
    row(landed, null, 4, 10, "InvariantViolation"),
    row(undefined, 3, 3, 9, "NoMovement"), // a view at the head is no violation
  ])("%#: $settled.kind, expected $expected, pin $pin, view $view: $class", (given) => {
    const { settled, expected, pin, view } = given;
    const tables = [{ table: FLIGHTS, expected, pin, viewVersion: view }];
    expect(classify({ settled, head: HEAD, tables })).toEqual([
      { table: FLIGHTS, class: given.class, from: expected ?? pin, to: pin },
    ]);
  });

  test("says it of each table, in their order", () => {
    const tables = [
      { table: DELAYS, expected: 3, pin: 5, viewVersion: 0 },
      { table: FLIGHTS, expected: null, pin: 2, viewVersion: 9 },
    ];
    expect(classify({ settled: undefined, head: HEAD, tables })).toEqual([
      { table: DELAYS, class: "UnexpectedMultistep", from: 3, to: 5 },
      { table: FLIGHTS, class: "NoMovement", from: 2, to: 2 },
    ]);
    expect(classify({ settled: landed, head: HEAD, tables }).map((t) => t.class)).toEqual([
      "RolledPastExpected",
      "RolledPastExpected",
    ]);
  });

  test("says nothing of an operation without tables", () => {
    expect(classify({ settled: undefined, head: HEAD, tables: [] })).toEqual([]);
  });
});
