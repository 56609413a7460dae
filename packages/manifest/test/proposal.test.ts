/** Goal: the table of docs/design/protocol.md, "Conflicts", row by row; and what a commit writes. */
import { type Conflict, defineTable, type TableDescriptor, type TableKey } from "@crv/core";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  composeCommit,
  composeRecovery,
  emptyState,
  judge,
  type Proposal,
  type RunState,
} from "../src/index.js";
import {
  commitIdOf,
  DELAYS,
  delays,
  editOf,
  FLIGHTS,
  flights,
  operationIdOf,
  operationOf,
  partOf,
  proposalOf,
  recordOf,
} from "./sample.js";

const first = partOf(operationIdOf(1));
const wider = defineTable({
  name: "flights",
  columns: { minute: "i64", gate: "str?" },
  tick: "minute",
});
const identity = { commitId: commitIdOf(99), createdAt: "2026-01-01T00:00:00.000Z" };

/** Version 1: flights with one part. */
const base = (): RunState => applyRecord(emptyState(), recordOf(1));

/** What others committed after version 1. */
const NEWCOMERS = {
  nothing: (state: RunState) => state,
  "an append to it": (state: RunState) => applyRecord(state, recordOf(2)),
  "an append to another table": (state: RunState) =>
    applyRecord(
      state,
      recordOf(2, {
        tables: new Map([[DELAYS, { version: 1, descriptor: delays, add: [], remove: [] }]]),
      }),
    ),
  "an optimize of it": (state: RunState) => {
    const add = [partOf(operationIdOf(2))];
    const change = { version: 2, add, remove: [first.path], preserving: true };
    return applyRecord(
      state,
      recordOf(2, { kind: "optimize", tables: new Map([[FLIGHTS, change]]) }),
    );
  },
  "another schema of it": (state: RunState) =>
    applyRecord(
      state,
      recordOf(2, {
        tables: new Map([[FLIGHTS, { version: 2, descriptor: wider, add: [], remove: [] }]]),
      }),
    ),
  "a fence of the operation": (state: RunState) =>
    applyRecord(
      state,
      recordOf(2, { kind: "recovery", aborts: [operationIdOf(5)], tables: new Map() }),
    ),
  "the operation itself": (state: RunState) =>
    applyRecord(
      state,
      recordOf(2, { operations: [operationOf(operationIdOf(5))], tables: new Map() }),
    ),
} as const;

const expecting = (version: number | null): Proposal["expected"] => new Map([[FLIGHTS, version]]);
const rewriting = (): Proposal["edits"] =>
  new Map([[FLIGHTS, { ...editOf(partOf(operationIdOf(5))), remove: [first.path] }]]);

const WRITERS = {
  "a blind append": proposalOf(5),
  "a strict append": proposalOf(5, { mode: "strict", expected: expecting(1) }),
  "an overwrite": proposalOf(5, {
    mode: "strict",
    kind: "overwrite",
    expected: expecting(1),
    edits: rewriting(),
  }),
  "an optimize": proposalOf(5, {
    mode: "content-preserving",
    kind: "optimize",
    expected: expecting(null),
    edits: rewriting(),
  }),
  "a reader of it": proposalOf(5, { mode: "strict", expected: expecting(1), edits: new Map() }),
} as const;

const FREE = { kind: "free" };
const conflict = (value: Conflict) => ({ kind: "conflict", conflict: value });
const MOVED = conflict({
  kind: "ExpectedVersionMismatch",
  tableKey: FLIGHTS,
  expected: 1,
  actual: 2,
});
const REPLACED = conflict({ kind: "PartsReplaced", tableKey: FLIGHTS, at: 2 });
const SCHEMA = conflict({ kind: "SchemaChanged", tableKey: FLIGHTS, at: 2 });
const FENCED = conflict({ kind: "Fenced", at: 2 });
const LANDED = { kind: "landed", version: 2 };

type Writer = keyof typeof WRITERS;
type Newcomer = keyof typeof NEWCOMERS;

const RULES: readonly (readonly [Writer, Newcomer, object])[] = [
  ["a blind append", "nothing", FREE],
  ["a blind append", "an append to it", FREE],
  ["a blind append", "an append to another table", FREE],
  ["a blind append", "an optimize of it", FREE],
  ["a blind append", "another schema of it", SCHEMA],
  ["a blind append", "a fence of the operation", FENCED],
  ["a blind append", "the operation itself", LANDED],
  ["a strict append", "nothing", FREE],
  ["a strict append", "an append to it", MOVED],
  ["a strict append", "an append to another table", FREE],
  ["a strict append", "an optimize of it", FREE],
  ["a strict append", "another schema of it", MOVED],
  ["a strict append", "a fence of the operation", FENCED],
  ["a strict append", "the operation itself", LANDED],
  ["an overwrite", "nothing", FREE],
  ["an overwrite", "an append to it", MOVED],
  ["an overwrite", "an append to another table", FREE],
  ["an overwrite", "an optimize of it", REPLACED],
  ["an overwrite", "another schema of it", MOVED],
  ["an overwrite", "a fence of the operation", FENCED],
  ["an optimize", "nothing", FREE],
  ["an optimize", "an append to it", FREE],
  ["an optimize", "an append to another table", FREE],
  ["an optimize", "an optimize of it", REPLACED],
  ["an optimize", "another schema of it", SCHEMA],
  ["an optimize", "a fence of the operation", FENCED],
  ["a reader of it", "an append to it", MOVED],
  ["a reader of it", "an append to another table", FREE],
  ["a reader of it", "an optimize of it", FREE],
  ["a reader of it", "another schema of it", MOVED],
];

describe("judge", () => {
  test.each(RULES)("%s after %s", (writer, newcomer, expected) => {
    expect(judge(WRITERS[writer], NEWCOMERS[newcomer](base()))).toEqual(expected);
  });

  test("lets a table be made once: the second maker must agree on its descriptor", () => {
    const make = (descriptor: TableDescriptor = delays) =>
      proposalOf(5, {
        expected: new Map([[DELAYS, null]]),
        edits: new Map([[DELAYS, { descriptor, add: [], remove: [] }]]),
      });
    expect(judge(make(), base())).toEqual(FREE);
    const state = NEWCOMERS["an append to another table"](base());
    expect(judge(make(), state)).toEqual(FREE);
    const other = defineTable({ name: "delays", columns: { airport: "str" } });
    expect(judge(make(other), state)).toEqual(
      conflict({ kind: "SchemaChanged", tableKey: DELAYS, at: 2 }),
    );
  });

  test("wants a table that was expected not to exist still not to exist", () => {
    const proposal = proposalOf(5, {
      mode: "strict",
      expected: new Map([[DELAYS, 0]]),
      edits: new Map(),
    });
    expect(judge(proposal, base())).toEqual(FREE);
    expect(judge(proposal, NEWCOMERS["an append to another table"](base()))).toEqual(
      conflict({ kind: "ExpectedVersionMismatch", tableKey: DELAYS, expected: 0, actual: 1 }),
    );
  });

  test("refuses a removal from a table that does not exist", () => {
    const edits: Proposal["edits"] = new Map([
      [DELAYS, { descriptor: delays, add: [], remove: [first.path] }],
    ]);
    expect(judge(proposalOf(5, { edits }), base())).toEqual(
      conflict({ kind: "PartsReplaced", tableKey: DELAYS, at: 1 }),
    );
  });

  test("looks no further than the version of the state it is asked about", () => {
    const before = base();
    NEWCOMERS["a fence of the operation"](before);
    expect(judge(WRITERS["a blind append"], before)).toEqual(FREE);
  });
});

describe("composeCommit", () => {
  test("is the record after the state", () => {
    expect(composeCommit([proposalOf(5, { message: "why" })], base(), identity)).toEqual({
      format: 1,
      version: 2,
      commitId: identity.commitId,
      parents: [commitIdOf(1)],
      kind: "data",
      createdAt: identity.createdAt,
      operations: [
        {
          id: operationIdOf(5),
          actor: "actor 5",
          message: "why",
          kind: "append",
          tables: expecting(null),
        },
      ],
      aborts: [],
      tables: new Map([[FLIGHTS, { version: 2, add: [partOf(operationIdOf(5))], remove: [] }]]),
    });
  });

  test("describes a table in its first record, and has no parent there", () => {
    const record = composeCommit([proposalOf(5)], emptyState(), identity);
    expect(record.parents).toEqual([]);
    expect(record.tables.get(FLIGHTS)).toMatchObject({ version: 1, descriptor: flights });
  });

  test("joins a group: one table version, every part, every operation", () => {
    const inDelays = (n: number) => partOf(operationIdOf(n), 0, { table: DELAYS });
    const both = proposalOf(6, {
      expected: new Map<TableKey, null>([
        [FLIGHTS, null],
        [DELAYS, null],
      ]),
      edits: new Map([
        [FLIGHTS, editOf(partOf(operationIdOf(6)))],
        [DELAYS, editOf(inDelays(6), delays)],
      ]),
    });
    const last = proposalOf(7, {
      expected: new Map([[DELAYS, null]]),
      edits: new Map([[DELAYS, editOf(inDelays(7), delays)]]),
    });
    const record = composeCommit([proposalOf(5), both, last], base(), identity);
    expect(record.operations.map((o) => o.id)).toEqual([5, 6, 7].map(operationIdOf));
    expect(record.tables).toEqual(
      new Map([
        [
          FLIGHTS,
          { version: 2, add: [partOf(operationIdOf(5)), partOf(operationIdOf(6))], remove: [] },
        ],
        [DELAYS, { version: 1, descriptor: delays, add: [inDelays(6), inDelays(7)], remove: [] }],
      ]),
    );
    const state = applyRecord(base(), record);
    expect(state.ledger.says(operationIdOf(7), 2)).toEqual({ kind: "landed", version: 2 });
  });

  test("marks a commit that preserves content", () => {
    const record = composeCommit([WRITERS["an optimize"]], base(), identity);
    expect(record.kind).toBe("optimize");
    expect(record.tables.get(FLIGHTS)).toMatchObject({ preserving: true, remove: [first.path] });
  });

  test("keeps what was asserted but not touched", () => {
    const record = composeCommit([WRITERS["a reader of it"]], base(), identity);
    expect(record.operations[0]?.tables).toEqual(expecting(1));
    expect(record.tables.size).toBe(0);
  });
});

describe("composeRecovery", () => {
  const operation = { ref: proposalOf(8).ref, actor: "crv:recovery" };
  const recoveryOf = (kind: "RolledBack" | "RolledForward") =>
    ({ kind, operationId: operationIdOf(5), forActor: "actor 5", tables: [] }) as const;

  test("a roll-back fences the operation", () => {
    const record = composeRecovery(recoveryOf("RolledBack"), operation, base(), identity);
    expect(record).toMatchObject({
      kind: "recovery",
      version: 2,
      parents: [commitIdOf(1)],
      aborts: [operationIdOf(5)],
      operations: [{ id: operationIdOf(8), actor: "crv:recovery", kind: "recovery" }],
      recovery: recoveryOf("RolledBack"),
    });
    expect(record.tables.size).toBe(0);
    expect(judge(proposalOf(5), applyRecord(base(), record))).toEqual(FENCED);
  });

  test("a roll-forward is an audit entry and fences nothing", () => {
    const record = composeRecovery(recoveryOf("RolledForward"), operation, base(), identity);
    expect(record.aborts).toEqual([]);
    const state = applyRecord(base(), record);
    expect(state.ledger.isAudited(operationIdOf(5), 2)).toBe(true);
    expect(state.ledger.says(operationIdOf(5), 2)).toBeUndefined();
  });
});
