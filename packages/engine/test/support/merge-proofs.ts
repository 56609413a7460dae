/** Proofs of merges: against rows in memory, beside others who work, and by writers that die. */
import assert from "node:assert/strict";
import {
  type BranchName,
  CrvError,
  MAIN_BRANCH,
  type MergeChoice,
  MergeConflictError,
  type TableDescriptor,
} from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import fc from "fast-check";
import { BRANCH, dieAt, gateBefore, valuesOf } from "./branch-proofs.js";
import { divergedRun } from "./diverged-run.js";
import { basesOf, countRows, mergeRows, type Version } from "./merge-model.js";
import { applyStep, predicateOf, type RowStep, type RunRows, rowsText } from "./row-steps.js";
import {
  batchOfRows,
  commitRows,
  KEYED,
  LEFT,
  type OpenedProcess,
  only,
  openProcess,
  readRows,
  valueRow,
} from "./universe.js";

const BRANCHES = [MAIN_BRANCH, BRANCH, "other" as BranchName] as const;
const TABLES: readonly TableDescriptor[] = [KEYED, LEFT];

type Command =
  | { readonly kind: "write"; readonly at: number; readonly step: RowStep }
  | { readonly kind: "optimize"; readonly at: number }
  | {
      readonly kind: "merge";
      readonly from: number;
      readonly into: number;
      readonly strategy: MergeChoice | undefined;
      /** Whether `into`, as it was before, is merged into `from` at once. */
      readonly isCrossed: boolean;
    };

const place = fc.nat({ max: BRANCHES.length - 1 });
const row = fc.record({ tick: fc.nat({ max: 12 }), value: fc.nat({ max: 3 }) });
const rows = fc.array(row, { minLength: 1, maxLength: 4 });
const where = fc.nat({ max: 12 }).map((tick) => ({ tickMin: tick, tickMax: tick + 2 }));
const step: fc.Arbitrary<RowStep> = fc.oneof(
  fc.record({ kind: fc.constant("merge" as const), table: fc.constant(KEYED), rows }),
  fc.record({
    kind: fc.constantFrom("append" as const, "append" as const, "overwrite" as const),
    table: fc.constantFrom(KEYED, LEFT, LEFT),
    rows,
  }),
  fc.record({
    kind: fc.constant("delete" as const),
    table: fc.constantFrom(...TABLES),
    where,
  }),
  fc.record({
    kind: fc.constant("update" as const),
    table: fc.constantFrom(...TABLES),
    where,
    value: fc.nat({ max: 3 }),
  }),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("write" as const), at: place, step }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("optimize" as const), at: place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("merge" as const),
      from: place,
      into: place,
      strategy: fc.constantFrom(undefined, undefined, "ours" as const, "theirs" as const),
      isCrossed: fc.boolean(),
    }),
  },
);

interface Merging {
  readonly from: number;
  readonly into: number;
  readonly strategy: MergeChoice | undefined;
  readonly theirs: Version;
  /** Of `from`; default its newest. */
  readonly version?: number;
}

/** Random writes to three branches and merges between them. @returns what came of the merges. */
export async function mergeAgainstModel(runs: number, seed: number): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  const count = (what: string): void => void outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 10, maxLength: 30, size: "max" }),
      fc.constantFrom(2, 1000),
      async (commands, keysHeldMax) => {
        const world = await MergeWorld.make(keysHeldMax, count);
        for (const each of commands) await world.run(each);
        await world.compare();
      },
    ),
    { numRuns: runs, seed },
  );
  return outcomes;
}

class MergeWorld {
  readonly #opened: readonly OpenedProcess[];
  readonly #heads: Version[];
  readonly #count: (what: string) => void;

  private constructor(
    opened: readonly OpenedProcess[],
    first: Version,
    count: (what: string) => void,
  ) {
    this.#opened = opened;
    this.#heads = BRANCHES.map(() => first);
    this.#count = count;
  }

  static async make(keysHeldMax: number, count: (what: string) => void): Promise<MergeWorld> {
    const disk = new SimulatedDisk();
    const main = await openProcess(disk, "main", { keysHeldMax });
    const appends = TABLES.map((table) => ({ table, values: [1, 2, 3, 4, 5, 6] }));
    await commitRows(main.storage, appends);
    const opened = [main];
    for (const branch of BRANCHES.slice(1)) {
      await main.storage.createBranch(branch, {}, {});
      opened.push(await openProcess(disk, branch, { keysHeldMax, branch }));
    }
    const values = [1, 2, 3, 4, 5, 6].map((value) => ({ tick: value, value }));
    const first = { parents: [], rows: new Map(TABLES.map(({ name }) => [name, values])) };
    return new MergeWorld(opened, first, count);
  }

  async run(command: Command): Promise<void> {
    if (command.kind === "write") return this.#write(command.at, command.step);
    if (command.kind === "optimize") {
      const { commits } = await this.#storage(command.at).optimize();
      const head = this.#heads[command.at] as Version;
      if (commits > 0) this.#heads[command.at] = { parents: [head], rows: head.rows };
      return;
    }
    const { from, into, strategy } = command;
    if (from === into) return;
    const { version } = this.#storage(into);
    const [ours, theirs] = [this.#heads[into] as Version, this.#heads[from] as Version];
    await this.#merge({ from, into, strategy, theirs });
    if (!command.isCrossed) return;
    await this.#merge({ from: into, into: from, strategy, theirs: ours, version });
  }

  async compare(): Promise<void> {
    for (const [at, head] of this.#heads.entries()) {
      for (const { name } of TABLES) {
        await using snapshot = await this.#storage(at).snapshot();
        const found = await readRows(this.#storage(at).scan(snapshot, { table: name }));
        const expected = head.rows.get(name) ?? [];
        assert.equal(rowsText(found), rowsText(expected), `${name} of ${BRANCHES[at]}`);
      }
    }
  }

  async #write(at: number, step: RowStep): Promise<void> {
    const storage = this.#storage(at);
    await using base = await storage.snapshot();
    await using operation = await storage.begin({ base, mode: "strict" });
    await stage(operation, step);
    const { kind } = await operation.commit();
    const head = this.#heads[at] as Version;
    if (kind !== "committed") return;
    this.#heads[at] = { parents: [head], rows: applyStep(head.rows as RunRows, step) };
  }

  async #merge({ from, into, strategy, theirs, version }: Merging): Promise<void> {
    const ours = this.#heads[into] as Version;
    const bases = basesOf(ours, theirs);
    const conflicts: string[] = [];
    const merged = new Map<string, readonly { tick: number; value: number }[]>();
    for (const table of TABLES) {
      const at = (version: Version) => version.rows.get(table.name) ?? [];
      const result = mergeRows(table, bases.map(at), at(ours), at(theirs), strategy);
      merged.set(table.name, result.rows);
      conflicts.push(...result.conflicts);
    }
    const options = bases.length === 1 && strategy ? { strategy } : {};
    const storage = this.#storage(into);
    const branch = BRANCHES[from] as BranchName;
    const target = { branch, ...(version !== undefined && { version }) };
    const dry = await storage.merge(target, { dryRun: true });
    try {
      const report = await storage.merge(target, options);
      if (report.outcome === "upToDate") {
        assert.ok(bases.includes(theirs), "there was something to merge");
        this.#count("up to date");
        return;
      }
      if (!("strategy" in options)) assert.deepEqual(conflicts, [], "a conflict is told");
      if (bases.length === 1) assert.equal(dry.conflictCount, conflicts.length, "each is counted");
      this.#count(bases.length > 1 ? "of several bases" : report.outcome);
      if (report.conflictCount > 0) this.#count(`decided: ${strategy}`);
      if (bases.length > 1) merged.set(LEFT.name, await this.#readUnclear(into, ours, theirs));
      this.#heads[into] = { parents: [ours, theirs], rows: merged };
    } catch (error) {
      if (!(error instanceof MergeConflictError)) throw error;
      assert.equal(error.conflictCount, dry.undecidedCount, "a dry run tells the same");
      // Of several bases it is told more often than it needs to be.
      if (bases.length === 1) {
        const told = error.conflicts.map(({ key, table }) => String(key ?? table));
        assert.deepEqual(told.sort(), [...conflicts].sort());
      }
      this.#count(bases.length > 1 ? "conflict of several bases" : "conflict");
    }
    await this.compare();
  }

  /** Of several bases it cannot be told by rows alone whether equal events are one: parts tell. */
  async #readUnclear(at: number, ours: Version, theirs: Version) {
    await using snapshot = await this.#storage(at).snapshot();
    const found = await readRows(this.#storage(at).scan(snapshot, { table: LEFT.name }));
    const [o, t] = [ours, theirs].map(({ rows }) => countRows(rows.get(LEFT.name) ?? []));
    const merged = countRows(found);
    for (const row of new Set([...(o?.keys() ?? []), ...(t?.keys() ?? [])])) {
      const [own, other] = [o?.get(row) ?? 0, t?.get(row) ?? 0];
      const count = merged.get(row) ?? 0;
      assert.ok(Math.min(own, other) <= count && count <= own + other, `${row} of both is there`);
    }
    return found;
  }

  #storage(at: number): StagedStorage {
    return (this.#opened[at] as OpenedProcess).storage;
  }
}

async function stage(
  operation: Awaited<ReturnType<StagedStorage["begin"]>>,
  step: RowStep,
): Promise<void> {
  const { table } = step;
  const { name } = table;
  if (step.kind === "delete") await operation.stageDelete(name, predicateOf(step.where));
  if (step.kind === "update") {
    await operation.stageUpdate(name, predicateOf(step.where), valueRow(table, step.value));
  }
  if (!("rows" in step)) return;
  const batch = only(batchOfRows(table, step.rows));
  if (step.kind === "append") await operation.stageAppend(name, batch);
  if (step.kind === "overwrite") await operation.stageOverwrite(name, batch);
  if (step.kind === "merge") await operation.stageMerge(name, batch);
}

/** Main has also row 3. */
const appendToMain = async (_: StagedStorage, main: StagedStorage) => {
  await commitRows(main, [{ table: LEFT, values: [3] }]);
};

async function change(storage: StagedStorage, step: RowStep): Promise<void> {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode: "strict" });
  await stage(operation, step);
  assert.equal((await operation.commit()).kind, "committed");
}

const AFTER = [
  [1, 2, 3, 7],
  [8, 9],
];

async function bothOf(storage: StagedStorage) {
  const found = [await valuesOf(storage, LEFT.name), await valuesOf(storage, KEYED.name)];
  return found.map((values) => values.sort((a, b) => a - b));
}

/** Someone else works ahead of each write of a merge: it lands, or is refused and nothing changed. */
export async function mergeBeside(
  other: "deletes the branch" | "merges the branch and takes it back",
): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for (let at = 1; ; at++) {
    const disk = await divergedRun(appendToMain);
    const merger = await openProcess(disk, "merger");
    const beside = await openProcess(disk, "beside");
    let calls = 0;
    let isMet = false;
    const end = gateBefore(merger.store, async () => {
      if (++calls !== at) return;
      isMet = true;
      if (other === "deletes the branch") {
        await beside.storage.deleteBranch(BRANCH, {});
        await beside.storage.cleanup({ keepVersions: 3, graceMs: 0 });
        return;
      }
      await beside.storage.merge({ branch: BRANCH });
      await change(beside.storage, {
        kind: "delete",
        table: LEFT,
        where: { tickMin: 7, tickMax: 7 },
      });
    });
    const outcome = await merger.storage.merge({ branch: BRANCH }).then(
      ({ outcome: kind }) => kind,
      (error: unknown) => (error instanceof CrvError ? error.code : "unexpected"),
    );
    end();
    if (!isMet) return outcomes;
    outcomes.add(outcome);
    const later = await openProcess(disk, "later");
    const isMerged = (await bothOf(later.storage))[1]?.includes(9);
    if (other === "deletes the branch") {
      assert.equal(isMerged, outcome === "merged");
    } else {
      assert.ok(isMerged);
      assert.deepEqual((await bothOf(later.storage))[0], [1, 2, 3], "it stays taken back");
    }
    const expected = isMerged ? [8, 9] : [2, 8].map((value) => (value === 2 ? 1 : value));
    assert.deepEqual((await bothOf(later.storage))[1], expected);
  }
}

/** What is merged into a branch goes from main, and is cleaned up, ahead of each call of the merge. */
export async function mergeWhileCleanedUp(): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for (let at = 1; ; at++) {
    const disk = await divergedRun(appendToMain);
    const merger = await openProcess(disk, "merger", { branch: BRANCH });
    let calls = 0;
    let isMet = false;
    const end = gateBefore(merger.store, async () => {
      if (++calls !== at) return;
      isMet = true;
      // Who opens settles what the dead left: this one lives.
      const beside = await openProcess(disk, "beside");
      for (const values of [[4], [5], [6], [7]]) {
        await commitRows(beside.storage, [{ table: LEFT, values, overwrite: true }]);
      }
      disk.clock.advance(1000);
      await beside.storage.cleanup({ keepVersions: 3, graceMs: 0 });
    });
    const outcome = await merger.storage.merge({ branch: MAIN_BRANCH }).then(
      ({ outcome: kind }) => kind,
      (error: unknown) => (error instanceof CrvError ? error.code : "unexpected"),
    );
    end();
    if (!isMet) return outcomes;
    outcomes.add(outcome);
    const later = await openProcess(disk, "later", { branch: BRANCH });
    const found = await bothOf(later.storage);
    if (outcome !== "merged") assert.deepEqual(found[0], [1, 2, 7], "nothing changed");
    else assert.ok(found[0]?.includes(7), "what was merged reads");
  }
}

/** Dies before each call of a merge into a branch. @returns whether it landed, of each. */
export async function crashMerge(): Promise<ReadonlySet<boolean>> {
  const outcomes = new Set<boolean>();
  for (let at = 1; ; at++) {
    const disk = await divergedRun(appendToMain);
    const died = await dieAt(disk, at, async () => {
      const { storage } = await openProcess(disk, "writer", { branch: BRANCH });
      await storage.merge({ branch: MAIN_BRANCH }).catch((error: unknown) => {
        throw error instanceof CrvError ? (error.cause ?? error) : error;
      });
      await storage.close();
    });
    const main = await openProcess(disk, "main");
    assert.deepEqual((await main.storage.refs()).tags, [], "no tag is left");
    assert.deepEqual(await bothOf(main.storage), [
      [1, 2, 3],
      [1, 8],
    ]);
    const branch = await openProcess(disk, "branch", { branch: BRANCH });
    const isMerged = (await valuesOf(branch.storage, LEFT.name)).includes(3);
    const before = [
      [1, 2, 7],
      [2, 9],
    ];
    assert.deepEqual(await bothOf(branch.storage), isMerged ? AFTER : before, "all or nothing");
    await branch.storage.merge({ branch: MAIN_BRANCH });
    assert.deepEqual(await bothOf(branch.storage), AFTER, "it is merged by whoever comes next");
    outcomes.add(isMerged);
    if (!died) return outcomes;
  }
}
