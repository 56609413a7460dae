/**
 * Writers: everything that changes a run, each registered once. Every proof that crashes a writer at
 * each of its storage calls takes them from here, so that a new kind of write is one entry.
 */
import assert from "node:assert/strict";
import type { OperationId } from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import type { StagedStorage } from "@crv/storage-trait";
import type { SimulatedDisk } from "@crv/storage-trait/testing";
import type { Contents } from "./check-run.js";
import { crashAtWindow } from "./dead-writer.js";
import {
  type Append,
  commitRows,
  createTables,
  LEFT,
  type OpenedProcess,
  openProcess,
  RIGHT,
} from "./universe.js";

/** Id of the operation that a writer attempts. Others count from here. */
export const OPERATION = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;

/** Name of the process in which a writer runs: only its calls are windows. */
export const WRITER = "writer";

/** What the writer was told, as it was told. */
export interface ToldWriter {
  readonly committed: OperationId[];
  readonly notCommitted: OperationId[];
}

export interface Writer {
  readonly name: string;
  /**
   * Brings a new disk to where the writer starts. Returns its process when that is open before, and
   * its calls so far are no windows; a writer that opens the run itself starts with `start`.
   */
  prepare(disk: SimulatedDisk): Promise<OpenedProcess | undefined>;
  /** Writes, in the prepared process or in one of that name. Tells what it is told. */
  run(disk: SimulatedDisk, told: ToldWriter, opened: OpenedProcess | undefined): Promise<void>;
  /** What the run may hold afterwards, by what was told; the first is what it held before. */
  readonly contents: readonly Contents[];
  /** Comes after the crash and before the recovery: what was still under way. */
  afterCrash?(disk: SimulatedDisk): void;
  /** A crash may leave parts that no sidecar names: one that was torn before. */
  readonly leftovers?: true;
}

const BEFORE: readonly Append[] = [
  { table: LEFT, values: [1, 2] },
  { table: RIGHT, values: [1, 2] },
];
const HELD: Contents = { left_table: [1, 2], right_table: [1, 2] };
const APPEND_TWO: readonly Append[] = [
  { table: LEFT, values: [3, 14] },
  { table: RIGHT, values: [3, 14] },
];

/** A run of one commit, closed, and the writer's process with the run open. */
async function openWriter(disk: SimulatedDisk): Promise<OpenedProcess> {
  await runOfOneCommit(disk);
  return openProcess(disk, WRITER);
}

async function runOfOneCommit(disk: SimulatedDisk): Promise<void> {
  const { storage, store } = await openProcess(disk, "first");
  assert.equal((await commitRows(storage, BEFORE)).kind, "committed");
  await storage.close();
  store.process.kill();
}

async function openEmpty(disk: SimulatedDisk): Promise<OpenedProcess> {
  return openProcess(disk, WRITER);
}

/** A writer of one operation, which is closed when it was told. */
function operation(
  name: string,
  contents: Contents,
  commit: (storage: StagedStorage) => ReturnType<typeof commitRows>,
  options: Partial<Pick<Writer, "prepare" | "contents">> = {},
): Writer {
  return {
    name,
    prepare: openWriter,
    contents: [HELD, contents],
    async run(_disk, told, opened) {
      const { storage } = opened as OpenedProcess;
      if ((await commit(storage)).kind === "committed") told.committed.push(OPERATION);
      await storage.close();
    },
    ...options,
  };
}

function appending(
  name: string,
  appends: readonly Append[],
  contents: Contents,
  options: Parameters<typeof commitRows>[3] = {},
): Writer {
  return operation(name, contents, (storage) => commitRows(storage, appends, OPERATION, options));
}

/** Three operations of one process at once: they may share records, and each is told by itself. */
const GROUP = [3, 4, 5] as const;
const group: Writer = {
  name: "three appends at once",
  prepare: openWriter,
  contents: subsets(GROUP).map((values) => ({ ...HELD, left_table: [1, 2, ...values] })),
  async run(_disk, told, opened) {
    const { storage } = opened as OpenedProcess;
    const commits = GROUP.map(async (value) => {
      const id = operationId(value);
      const outcome = await commitRows(storage, [{ table: LEFT, values: [value] }], id);
      if (outcome.kind === "committed") told.committed.push(id);
    });
    for (const commit of await Promise.allSettled(commits)) {
      if (commit.status === "rejected") throw commit.reason;
    }
    await storage.close();
  },
};

/** A view is left behind by a commit whose process is told to show it rarely, and follows at close. */
const closing: Writer = {
  ...appending("append and close with a view that lags", [{ table: LEFT, values: [3] }], {
    ...HELD,
    left_table: [1, 2, 3],
  }),
  async prepare(disk) {
    await runOfOneCommit(disk);
    return openProcess(disk, WRITER, { writeManifestEveryN: 100 });
  },
};

/** Another process died at `window` of an append to two tables: who opens the run settles it. */
function recovering(name: string, window: string, landed: boolean): Writer {
  return {
    name,
    async prepare(disk) {
      await runOfOneCommit(disk);
      await crashAtWindow(disk, window, async ({ storage }) => {
        await commitRows(storage, APPEND_TWO, OPERATION);
      });
      return undefined;
    },
    contents: [landed ? { left_table: [1, 2, 3, 14], right_table: [1, 2, 3, 14] } : HELD],
    async run(disk) {
      const { storage } = await openProcess(disk, WRITER);
      await storage.close();
    },
  };
}

/** The sidecar of a dead writer was torn: only its name is left to recover by. */
const recoveringTorn: Writer = {
  ...recovering("recovery of a torn sidecar", "create sync-directory bucket-directory", false),
  leftovers: true,
  async prepare(disk) {
    await recovering("", "create sync-directory bucket-directory", false).prepare(disk);
    disk.tamper(`_recovery/${OPERATION}.json` as never, (bytes) => bytes.subarray(0, 20));
    return undefined;
  },
};

/** An append whose create was not answered; the request lands after the crash, or never. */
function resolving(name: string, lands: boolean): Writer {
  return {
    name,
    async prepare(disk) {
      await runOfOneCommit(disk);
      const unanswered = await openProcess(disk, "unanswered", {
        plan: (call) =>
          call.step === "link" && call.key.startsWith("_log/")
            ? { kind: "unknown", lands: "late" }
            : undefined,
      });
      const outcome = await commitRows(unanswered.storage, APPEND_TWO, OPERATION);
      assert.equal(outcome.kind, "unknown");
      unanswered.store.process.kill();
      disk.clock.advance(LEASE_MS / 2);
      return openWithoutRecovery(disk);
    },
    contents: [HELD, { left_table: [1, 2, 3, 14], right_table: [1, 2, 3, 14] }],
    async run(_disk, told, opened) {
      const { storage } = opened as OpenedProcess;
      const resolution = await storage.resolve({
        operationId: OPERATION,
        branch: "main" as never,
        base: 1,
      });
      if (resolution.kind === "committed") told.committed.push(OPERATION);
      if (resolution.kind === "aborted") told.notCommitted.push(OPERATION);
      await storage.close();
    },
    ...(lands && { afterCrash: (disk: SimulatedDisk) => void disk.deliverLate() }),
  };
}

/** From another machine: whether the owner of a sidecar lives is not known there, so it stays. */
function openWithoutRecovery(disk: SimulatedDisk): Promise<OpenedProcess> {
  return openProcess(disk, WRITER, { machine: "another machine" });
}

export const WRITERS: readonly Writer[] = [
  appending("append to one table", [{ table: LEFT, values: [3, 14] }], {
    ...HELD,
    left_table: [1, 2, 3, 14],
  }),
  appending("append to two tables", APPEND_TWO, {
    left_table: [1, 2, 3, 14],
    right_table: [1, 2, 3, 14],
  }),
  appending(
    "append of a transaction that read another table",
    [{ table: LEFT, values: [3] }],
    { ...HELD, left_table: [1, 2, 3] },
    { mode: "strict", expected: [RIGHT.name] },
  ),
  group,
  appending(
    "overwrite of one table, append to another",
    [
      { table: LEFT, values: [3], overwrite: true },
      { table: RIGHT, values: [3, 14] },
    ],
    { left_table: [3], right_table: [1, 2, 3, 14] },
  ),
  appending("overwrite with nothing", [{ table: LEFT, values: [], overwrite: true }], {
    ...HELD,
    left_table: [],
  }),
  operation(
    "creation of two tables",
    { left_table: [], right_table: [] },
    (storage) => createTables(storage, [LEFT, RIGHT], OPERATION),
    { prepare: openEmpty, contents: [{}, { left_table: [], right_table: [] }] },
  ),
  operation(
    "first append of a run",
    { left_table: [3] },
    (storage) => commitRows(storage, [{ table: LEFT, values: [3] }], OPERATION),
    { prepare: openEmpty, contents: [{}, { left_table: [3] }] },
  ),
  closing,
  recovering("recovery, roll-back", "create sync-content record", false),
  recovering("recovery, roll-forward", "create sync-directory directory", true),
  recoveringTorn,
  resolving("resolution of an operation that never lands", false),
  resolving("resolution of an operation that lands late", true),
];

function operationId(number: number): OperationId {
  return `01ZZ${String(number).padStart(22, "0")}` as OperationId;
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.reduce<readonly (readonly T[])[]>(
    (all, item) => [...all, ...all.map((subset) => [...subset, item])],
    [[]],
  );
}
