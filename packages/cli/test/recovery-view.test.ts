import type { ExaminedOperation, SweptOperation } from "crv";
import { describe, expect, test } from "vitest";
import {
  describePending,
  describeSweep,
  formatPending,
  formatSweep,
} from "../src/format/recovery-view.js";

const OPERATION_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const TABLES = [{ table: "trips", class: "NoMovement", from: 1, to: 1 }];

const sidecar = {
  operationId: OPERATION_ID,
  writerKind: "append",
  actor: "simu\u001blator",
  tables: new Map(),
  owner: { pid: 7 },
};

function examined(decision: string): ExaminedOperation {
  const operation = { ref: { operationId: OPERATION_ID }, tables: TABLES, behind: [] };
  return { ...operation, decision, sidecar, settled: undefined } as never;
}

function swept(version: number | null): SweptOperation {
  return { operationId: OPERATION_ID, forActor: "simulator", tables: TABLES, version } as never;
}

describe("formatPending", () => {
  test.each([
    ["abort", "pid 7", "stop: the log contradicts it"],
    ["roll-forward", "pid 7, gone", "roll it forward: it landed"],
    ["leave", "pid 7, may be alive", "leave it: its writer may be at work"],
    ["roll-back", "pid 7, gone", "roll it back: it did not land"],
    ["finish-roll-back", "pid 7", "finish rolling it back: it was aborted"],
  ])("says what %s means, on a line of its own", (decision, owner, words) => {
    const [, line = ""] = formatPending([examined(decision)]).split("\n");
    expect(line.split(/ {2,}/)).toEqual([
      OPERATION_ID,
      "simu\\u001blator",
      "append",
      owner,
      "trips NoMovement",
      words,
    ]);
  });

  test("tells of a sidecar that was torn", () => {
    const operation = { ...examined("roll-back"), sidecar: undefined, tables: [] };
    expect(formatPending([operation])).toContain("unknown, torn sidecar");
    expect(describePending(operation)).toMatchObject({
      operation_id: OPERATION_ID,
      writer_kind: null,
      owner_pid: null,
      owner_gone: null,
      decision: "roll-back",
      sidecar: null,
    });
  });
});

describe("formatSweep", () => {
  test("lists what was settled, and what was left", () => {
    const report = { rolledForward: [swept(null)], rolledBack: [swept(3)], left: [swept(null)] };
    const [, ...lines] = formatSweep(report).trimEnd().split("\n");
    expect(lines.map((line) => line.split(OPERATION_ID)[0]?.trim())).toEqual([
      "rolled forward",
      "rolled back",
      "left, its writer may be at work",
    ]);
    expect(lines[1]).toMatch(/ 3$/);
    expect(describeSweep(report)).toMatchObject({
      rolled_forward: [{ for_actor: "simulator", version: null }],
      rolled_back: [{ version: 3 }],
      left: [{ operation_id: OPERATION_ID, tables: TABLES }],
    });
  });
});
