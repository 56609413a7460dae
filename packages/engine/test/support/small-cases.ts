/** Small cases whose schedules are searched one and all: two processes, one operation each. */
import assert from "node:assert/strict";
import {
  defineTable,
  evolveDescriptor,
  HEAD_HINT_KEY,
  MAIN_BRANCH,
  type OperationId,
  type TableDescriptor,
} from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import type { SimulatedDisk } from "@crv/storage-trait/testing";
import { crashAtWindow } from "./dead-writer.js";
import { MAINTENANCE_CASES } from "./maintenance-cases.js";
import {
  append,
  between,
  emptyRun,
  IDS,
  type NamedCase,
  type Operate,
  runWithTables,
  tell,
} from "./small-case.js";
import {
  type Append,
  type CommitOptions,
  commitRows,
  KEYED,
  LEFT,
  LINKED,
  type OpenedProcess,
  only,
  openProcess,
  RIGHT,
  rowsOf,
} from "./universe.js";
import { OPERATION } from "./writers.js";

/** LEFT as another program declares it. */
const OTHER_LEFT = defineTable({
  name: LEFT.name,
  columns: { tick: "i64", value: "i64" },
  bucketSize: 20,
});

export const SMALL_CASES: readonly NamedCase[] = [
  two("two appends to one table", append(LEFT, 1), append(LEFT, 2), { committed: 2 }),
  two("two appends that create one table", append(LEFT, 1), append(LEFT, 2), {
    committed: 2,
    on: emptyRun,
  }),
  two("two that declare one table differently", declare(LEFT, 1), declare(OTHER_LEFT, 2), {
    committed: 1,
    committedMax: 1,
    on: emptyRun,
  }),
  two("an append and an overwrite", append(LEFT, 1), overwrite(LEFT, 2), { committed: 1 }),
  two("an append and a change of columns", append(LEFT, 1), evolve(LEFT), {
    committed: 1,
  }),
  two("two overwrites", overwrite(LEFT, 1), overwrite(LEFT, 2), { committed: 1 }),
  two("two that read what the other writes", reading(RIGHT, LEFT, 1), reading(LEFT, RIGHT, 2), {
    committed: 1,
  }),
  two("two appends of one unique key", link(1), link(1), {
    committed: 1,
    committedMax: 1,
    on: () => runWithRows([KEYED, LINKED]),
  }),
  two("two appends of two unique keys", link(1), link(2), {
    committed: 2,
    on: () => runWithRows([KEYED, LINKED]),
  }),
  two("a row, and the deletion of what it refers to", link(1), unlink(1), {
    committed: 1,
    committedMax: 1,
    on: () => runWithRows([KEYED, LINKED]),
  }),
  two("a table with a row, and the deletion of what it refers to", link(1), unlink(1), {
    committed: 1,
    committedMax: 1,
    on: () => runWithRows([KEYED]),
  }),
  {
    name: "a writer whose lease runs out, and a recoverer",
    preemptionsMax: 1,
    async make() {
      const disk = await runWithTables();
      const { storage } = await openProcess(disk, "a writer");
      const [id] = IDS as [OperationId];
      return between(disk, async (told) => [
        () => tell(told, id, () => append(LEFT, 1)(storage, id)),
        async () => {
          // Its turn comes when the schedule says; then the lease of the writer is over.
          await disk.process("b recoverer").stat(HEAD_HINT_KEY);
          disk.clock.advance(LEASE_MS);
          await openProcess(disk, "b recoverer");
        },
      ]);
    },
  },
  {
    name: "a writer, and another that commits and trims the log",
    preemptionsMax: 1,
    async make() {
      const disk = await runWithTables();
      const a = await openProcess(disk, "a writer");
      const b = await openProcess(disk, "b trimmer");
      const [id] = IDS as [OperationId];
      return between(
        disk,
        async (told) => [
          () => tell(told, id, () => append(LEFT, 1)(a.storage, id)),
          () => commitAndTrim(b),
        ],
        (told) => assert.deepEqual(told.committed, [id], "I13: it lands above the floor"),
      );
    },
  },
  {
    name: "a process that opens a trimmed log, and another that trims it again",
    preemptionsMax: 1,
    async make() {
      const disk = await runWithTables();
      const b = await openProcess(disk, "b trimmer");
      await commitAndTrim(b);
      return between(disk, async () => [
        async () => void (await openProcess(disk, "a")),
        () => commitAndTrim(b),
      ]);
    },
  },
  recoverers("two recoverers of a dead writer", "create sync-content record"),
  recoverers(
    "two recoverers of a dead writer that committed",
    "create sync-directory log-directory",
  ),
  {
    name: "two that resolve one operation, whose record lands late",
    preemptionsMax: 2,
    async make() {
      const disk = await runWithTables();
      const ref = { operationId: OPERATION, branch: MAIN_BRANCH, base: 1 };
      const { storage: lost, store } = await openProcess(disk, "lost", {
        plan: ({ step, key }) =>
          step === "link" && key.startsWith("_log/")
            ? { kind: "unknown", lands: "late" }
            : undefined,
      });
      const outcome = await commitRows(lost, [{ table: LEFT, values: [1] }], OPERATION);
      assert.equal(outcome.kind, "unknown");
      store.process.kill();
      const machine = "another machine";
      const a = await openProcess(disk, "a resolver", { machine });
      const b = await openProcess(disk, "b resolver", { machine });
      const kinds = new Set<string>();
      const small = await between(disk, async () => [
        async () => void kinds.add((await a.storage.resolve(ref)).kind),
        async () => {
          disk.deliverLate();
          kinds.add((await b.storage.resolve(ref)).kind);
        },
      ]);
      return {
        ...small,
        async check() {
          assert.equal(kinds.size, 1, "I3: both are told the same");
          await small.check();
        },
      };
    },
  },
  ...MAINTENANCE_CASES,
];

interface Expected {
  /** Least number of operations that commit, whatever the schedule. */
  readonly committed: number;
  /** Default: both may. */
  readonly committedMax?: number;
  /** The run before. Default: it has tables without rows. */
  readonly on?: () => Promise<SimulatedDisk>;
}

/** Two processes, one operation each. */
function two(
  name: string,
  first: Operate,
  second: Operate,
  { committed, committedMax = 2, on = runWithTables }: Expected,
): NamedCase {
  return {
    name,
    preemptionsMax: 1,
    async make() {
      const disk = await on();
      const a = await openProcess(disk, "a");
      const b = await openProcess(disk, "b");
      const [idA, idB] = IDS as [OperationId, OperationId];
      return between(
        disk,
        async (told) => [
          () => tell(told, idA, () => first(a.storage, idA)),
          () => tell(told, idB, () => second(b.storage, idB)),
        ],
        (told) => {
          assert.equal(told.unknown.length, 0, "nothing failed, so nothing is unknown");
          const { length } = told.committed;
          assert.ok(length >= committed, `at least ${committed} commit, not ${length}`);
          assert.ok(length <= committedMax, `at most ${committedMax} commit, not ${length}`);
        },
      );
    },
  };
}

/** Four versions more, of which the newest three stay. */
async function commitAndTrim({ storage }: OpenedProcess): Promise<void> {
  for (const value of [2, 3, 4, 5]) {
    const outcome = await commitRows(storage, [{ table: LEFT, values: [value] }]);
    assert.equal(outcome.kind, "committed");
  }
  await storage.trimLog(3);
}

/** Two processes that open the run after a writer died at `window`. */
function recoverers(name: string, window: string): NamedCase {
  return {
    name,
    preemptionsMax: 1,
    async make() {
      const disk = await runWithTables();
      await crashAtWindow(disk, window, async ({ storage }) => {
        await commitRows(storage, [{ table: LEFT, values: [1] }], OPERATION);
      });
      return between(disk, async () => [
        async () => void (await openProcess(disk, "a recoverer")),
        async () => void (await openProcess(disk, "b recoverer")),
      ]);
    },
  };
}

/** An append under the descriptor that the program has, whatever the table is. */
function declare(table: Append["table"], value: number): Operate {
  return async (storage, operationId) => {
    await using base = await storage.snapshot();
    await using operation = await storage.begin({ base, mode: "blind", operationId });
    await operation.stageSchema(table.name, { kind: "create", descriptor: table });
    await operation.stageAppend(table.name, only(rowsOf(table, [value])));
    return operation.commit();
  };
}

function evolve(table: TableDescriptor): Operate {
  return async (storage, operationId) => {
    await using base = await storage.snapshot();
    await using operation = await storage.begin({ base, mode: "strict", operationId });
    const change = evolveDescriptor(table, { makeNullable: ["value"] });
    await operation.stageSchema(table.name, { kind: "evolve", ...change });
    return operation.commit();
  };
}

function overwrite(table: Append["table"], value: number): Operate {
  return (storage, id) => commitRows(storage, [{ table, values: [value], overwrite: true }], id);
}

function reading(read: Append["table"], written: Append["table"], value: number): Operate {
  const options: CommitOptions = { mode: "strict", expected: [read.name] };
  return (storage, id) => commitRows(storage, [{ table: written, values: [value] }], id, options);
}

/** A row under constraints; its table is made when it is not there. */
function link(value: number): Operate {
  return (storage, id) => {
    return commitRows(storage, [{ table: LINKED, values: [value] }], id, { recheck: true });
  };
}

/** Deletes the row that {@link link} refers to. */
function unlink(tick: number): Operate {
  return async (storage, operationId) => {
    await using base = await storage.snapshot();
    await using operation = await storage.begin({ base, mode: "strict", operationId });
    const where = { kind: "compare", column: "tick", op: "eq", value: tick } as const;
    await operation.stageDelete(KEYED.name, where);
    return operation.commit();
  };
}

/** Rows 1 and 2 of KEYED, none of the others. */
async function runWithRows(tables: readonly TableDescriptor[]): Promise<SimulatedDisk> {
  const disk = await emptyRun();
  const { storage, store } = await openProcess(disk, "first");
  const appends = tables.map((table) => ({ table, values: table === KEYED ? [1, 2] : [] }));
  await commitRows(storage, appends, "01ZZ0000000000000000000000" as OperationId);
  await storage.close();
  store.process.kill();
  return disk;
}
