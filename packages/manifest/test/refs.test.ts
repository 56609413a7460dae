/**
 * Goal: names of branches and tags follow from the records of main alone, in whatever form a state is
 * read back, and a record that does not follow is found.
 */
import type {
  BranchId,
  BranchName,
  CommitPoint,
  CommitRecord,
  RefsChange,
  TagName,
} from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  CommitLog,
  createRecord,
  decodeRecord,
  emptyState,
  encodeRecord,
  findRefConflict,
  forkState,
  NO_REFS,
  type RunState,
  readCheckpoint,
  writeCheckpoint,
} from "../src/index.js";
import { readSegmentedCheckpoint } from "../src/segments/read-segments.js";
import { writeSegmentedCheckpoint } from "../src/segments/write-segments.js";
import { commitIdOf, operationIdOf, operationOf, recordOf } from "./sample.js";

const ID = "01JGFJK0Q4ZZZZZZZZZZZZZZZZ" as BranchId;
const OTHER = "01JGFJK0Q4YYYYYYYYYYYYYYYY" as BranchId;
const name = (text: string) => text as BranchName & TagName;
const point = (version: number, branchId: BranchId | null = null) => ({
  branchId,
  version,
  commitId: version === 0 ? null : commitIdOf(version),
});
const change = ({ branches = {}, tags = {} }: Record<string, object>) =>
  ({
    branches: new Map(Object.entries(branches)),
    tags: new Map(Object.entries(tags)),
  }) as unknown as RefsChange;

function naming(version: number, refs: RefsChange): CommitRecord {
  const operation = { ...operationOf(operationIdOf(version)), kind: "refs" as const };
  return {
    ...recordOf(version),
    kind: "refs",
    operations: [{ ...operation, tables: new Map() }],
    tables: new Map(),
    refs,
  };
}

const MADE = change({ branches: { b: { id: ID, from: point(1) } }, tags: { t: point(0) } });
const first = (): RunState => applyRecord(emptyState(), recordOf(1));
const named = (): RunState => applyRecord(first(), naming(2, MADE));

describe("records and checkpoints", () => {
  test("give back the names that they were given", async () => {
    for (const refs of [MADE, change({ branches: { b: null } }), change({ tags: { t: null } })]) {
      const record = naming(2, refs);
      expect(await decodeRecord(2, await encodeRecord(record))).toEqual(record);
    }
    const disk = new SimulatedDisk();
    const store = disk.process("writer");
    const state = named();
    expect(state.refs?.branches.get(name("b"))).toMatchObject({ id: ID, from: point(1) });
    await writeCheckpoint(store, state, "full");
    await writeSegmentedCheckpoint(store, state, "full");
    expect((await readCheckpoint(store, 2))?.refs).toEqual(state.refs);
    expect((await readSegmentedCheckpoint(store, 2))?.refs).toEqual(state.refs);
  });
});

describe("lineage", () => {
  const theirs = { ...point(7, ID), commitId: commitIdOf(70) };
  const merging = (merged: CommitPoint[], parents = [commitIdOf(1), theirs.commitId]) => ({
    ...recordOf(2),
    kind: "merge" as const,
    parents,
    merged,
  });

  test("is what records say that they merged, also in checkpoints", async () => {
    const record = merging([theirs, point(3, OTHER)]);
    expect(await decodeRecord(2, await encodeRecord(record))).toEqual(record);
    const state = applyRecord(first(), record);
    expect([...state.lineage.values()]).toEqual([theirs, point(3, OTHER)]);
    const store = new SimulatedDisk().process("writer");
    await writeCheckpoint(store, state, "full");
    await writeSegmentedCheckpoint(store, state, "full");
    expect((await readCheckpoint(store, 2))?.lineage).toEqual(state.lineage);
    expect((await readSegmentedCheckpoint(store, 2))?.lineage).toEqual(state.lineage);
  });

  test("of a branch begins with where it was made, and only grows", () => {
    const branch = forkState(first(), point(1));
    expect([...branch.lineage.values()]).toEqual([point(1)]);
    const merged = applyRecord(branch, merging([theirs, point(1)]));
    expect([...merged.lineage.values()]).toEqual([point(1), theirs]);
  });

  test.each([
    ["another second parent", merging([theirs], [commitIdOf(1), commitIdOf(9)])],
    ["no second parent", merging([theirs], [commitIdOf(1)])],
    ["a second parent without a merge", { ...recordOf(2), parents: [1, 9].map(commitIdOf) }],
  ])("is corrupt with %s", (_, record) => {
    expect(() => applyRecord(first(), record)).toThrow(/second parent/);
  });
});

describe("a record is corrupt that", () => {
  test.each([
    ["makes a branch that is there", change({ branches: { b: { id: OTHER, from: point(1) } } })],
    ["makes a tag with the name of a branch", change({ tags: { b: point(1) } })],
    ["deletes a tag that is not there", change({ tags: { x: null } })],
    ["deletes a branch that is not there", change({ branches: { t: null } })],
    ["begins on a branch that is not there", change({ tags: { u: point(2, OTHER) } })],
  ])("%s", (_, refs) => {
    expect(() => applyRecord(named(), naming(3, refs))).toThrow(/cannot change/);
  });

  test("deletes a branch that a tag needs", () => {
    const tagged = applyRecord(named(), naming(3, change({ tags: { u: point(2, ID) } })));
    const deletion = naming(4, change({ branches: { b: null } }));
    expect(() => applyRecord(tagged, deletion)).toThrow(/RefInUse/);
  });

  test("names anything in a branch", () => {
    expect(() => applyRecord(forkState(first()), naming(2, MADE))).toThrow(/main alone/);
  });
});

describe("findRefConflict", () => {
  test("takes a branch for another one when its id is", () => {
    const refs = named().refs ?? NO_REFS;
    const deletion = change({ branches: { b: null } });
    const judge = (id: BranchId) =>
      findRefConflict(refs, { change: deletion, deletes: new Map([["b", id]]) });
    expect(judge(ID)).toBeUndefined();
    expect(judge(OTHER)).toEqual({ kind: "RefMissing", name: "b" });
  });
});

describe("the log of a branch", () => {
  test("begins with its base, and sees nothing that main commits later", async () => {
    const disk = new SimulatedDisk();
    const store = disk.process("writer");
    await createRecord(store, recordOf(1), "full");
    const main = new CommitLog(store);
    const state = await main.stateOf({ version: 1, commitId: commitIdOf(1) } as never);
    const branch = new CommitLog(disk.process("empty branch"), "refuse", {
      point: point(1),
      parent: main,
      state,
    });
    await createRecord(store, recordOf(2), "full");
    await main.refresh();
    expect(branch.state).toMatchObject({ version: 1, refs: null });
    expect(branch.state.ledger.says(operationIdOf(1), 9)).toBeDefined();
    expect(branch.state.ledger.says(operationIdOf(2), 9)).toBeUndefined();
    expect((await branch.stateAt(0)).version).toBe(0);
    await expect(
      main.stateOf({ branchId: null, version: 1, commitId: commitIdOf(7) }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
