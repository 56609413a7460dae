/**
 * Writers: everything that changes a run, each registered once. Every proof that crashes a writer at
 * each of its storage calls takes them from here, so that a new kind of write is one entry.
 */
import assert from "node:assert/strict";
import {
  type BranchName,
  evolveDescriptor,
  formatFileName,
  formatIndexedName,
  formatManifestViewKey,
  formatRecordKey,
  formatSidecarKey,
  MAIN_BRANCH,
  type ObjectKey,
  type OperationId,
  type Predicate,
  parsePartKey,
  type RunBundleFacts,
  type TableDescriptor,
  type TagName,
  UnknownOutcomeError,
} from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import type { MemberInput, StagedOperation, StagedStorage } from "@crv/storage-trait";
import { SimulatedClock, SimulatedDisk, seededRandom } from "@crv/storage-trait/testing";
import type { RecordBatch } from "apache-arrow";
import { repairRun } from "../../src/index.js";
import { BRANCH } from "./branch-proofs.js";
import type { Contents } from "./check-run.js";
import { crashAtWindow } from "./dead-writer.js";
import { divergedRun } from "./diverged-run.js";
import { FOREIGN_PART, NAMED, placePart } from "./foreign-part.js";
import { windowOf } from "./storage-window.js";
import {
  type Append,
  appendValues,
  BY_VALUE,
  type CommitOptions,
  commitRows,
  createTables,
  KEYED,
  LEFT,
  LINKED,
  type OpenedProcess,
  type OpenProcessOptions,
  only,
  openProcess,
  RIGHT,
  rowsAt,
  rowsOf,
  startProcess,
  valueRow,
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

export interface Prepared {
  readonly disk: SimulatedDisk;
  /** The writer's process, when the run is open in it before. */
  readonly opened?: OpenedProcess;
}

export interface Writer {
  readonly name: string;
  /** Makes a disk on which the writer can start. What is called here is no window. */
  prepare(): Promise<Prepared>;
  /** Writes, in the prepared process or in a new one of that name. Notes what it is told. */
  run(prepared: Prepared, told: ToldWriter): Promise<void>;
  /** What the run may hold afterwards, in all its tables. */
  readonly contents: readonly Contents[];
  /** Windows begin with the first call of this kind; what comes before is that of another writer. */
  readonly from?: string;
  /** Comes after the crash and before the recovery: what was still under way. */
  afterCrash?(disk: SimulatedDisk): void;
  /** What makes the run one that can be opened again, where opening it is not enough. */
  recover?(
    disk: SimulatedDisk,
    name: string,
    options: Pick<OpenProcessOptions, "crashAt">,
  ): Promise<Pick<OpenedProcess, "store">>;
  /** Whoever recovers the run has something to do for this operation, and says so in the log. */
  readonly audited?: OperationId;
  /** A crash may leave parts that no sidecar names: one that was torn before. */
  readonly leftovers?: true;
}

const BEFORE: readonly Append[] = [
  { table: LEFT, values: [1, 2] },
  { table: RIGHT, values: [1, 2] },
];
const HELD: Contents = { left_table: [1, 2], right_table: [1, 2] };
const TWO_APPENDED: Contents = { left_table: [1, 2, 3, 14], right_table: [1, 2, 3, 14] };
const APPEND_TWO: readonly Append[] = [
  { table: LEFT, values: [3, 14] },
  { table: RIGHT, values: [3, 14] },
];

async function runOfOneCommit(appends = BEFORE): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const { storage, store } = await openProcess(disk, "first");
  assert.equal((await commitRows(storage, appends)).kind, "committed");
  await storage.close();
  store.process.kill();
  return disk;
}

/** The writer's process with the run open on `disk`. */
async function openOn(disk: SimulatedDisk, options?: OpenProcessOptions): Promise<Prepared> {
  return { disk, opened: await openProcess(disk, WRITER, options) };
}

function openEmpty(): Promise<Prepared> {
  return openOn(new SimulatedDisk());
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
    prepare: async () => openOn(await runOfOneCommit()),
    contents: [HELD, contents],
    async run({ opened }, told) {
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
  options: CommitOptions = {},
): Writer {
  return operation(name, contents, (storage) => commitRows(storage, appends, OPERATION, options));
}

/** An append to a table under constraints, in a run that has rows of it and of what it refers to. */
function linking(name: string, appends: readonly Append[], contents: Contents): Writer {
  const before: readonly Append[] = [
    { table: KEYED, values: [1, 2, 3] },
    { table: LINKED, values: [1, 2] },
  ];
  const held: Contents = { keyed_table: [1, 2, 3], linked_table: [1, 2] };
  return {
    ...appending(name, appends, contents, { recheck: true }),
    prepare: async () => openOn(await runOfOneCommit(before)),
    contents: [held, contents],
  };
}

/** A transaction of one stage call on one table, strict. */
function changing(
  name: string,
  table: TableDescriptor,
  contents: Contents,
  stage: (operation: StagedOperation) => Promise<unknown>,
  held: readonly number[] = [1, 2],
): Writer {
  const before: readonly Append[] = [{ table, values: held }];
  return operation(
    name,
    contents,
    async (storage) => {
      await using base = await storage.snapshot();
      await using changed = await storage.begin({ base, mode: "strict", operationId: OPERATION });
      await stage(changed);
      return changed.commit();
    },
    {
      prepare: async () => openOn(await runOfOneCommit(before)),
      contents: [{ [table.name]: held }, contents],
    },
  );
}

const valueIsOne: Predicate = { kind: "compare", column: "value", op: "eq", value: 1 };

/** Old records go, and nothing else changes. Longer than what is kept. */
const trimming: Writer = {
  name: "log trimming",
  prepare: async () => openOn(await runOfCommits(5)),
  contents: [{ left_table: valuesUpTo(5) }],
  async run({ opened }) {
    const { storage } = opened as OpenedProcess;
    await storage.trimLog(3);
    await storage.close();
  },
};

/** Parts are merged, and nothing else changes. */
const optimizing: Writer = {
  name: "optimize",
  prepare: async () => openOn(await runOfCommits(5)),
  contents: [{ left_table: valuesUpTo(5) }],
  async run({ opened }) {
    const { storage } = opened as OpenedProcess;
    await storage.optimize().catch((error: unknown) => {
      if (!(error instanceof UnknownOutcomeError)) throw error;
    });
    await storage.close();
  },
};
/** The append that fills a bucket; its parts are merged in the background, and what is left at close. */
const optimizingUnasked: Writer = {
  name: "automatic optimize",
  async prepare() {
    const disk = await runOfCommits(3);
    const policy = { bucketPartsMax: 3, budget: { parts: 3, ms: 1000 } };
    const opened = await openProcess(disk, WRITER, { autoOptimize: policy });
    for (const value of [4, 5]) {
      await commitRows(opened.storage, [{ table: LEFT, values: [value] }]);
    }
    return { disk, opened };
  },
  contents: [{ left_table: valuesUpTo(5) }, { left_table: valuesUpTo(6) }],
  async run({ opened }, told) {
    const { storage } = opened as OpenedProcess;
    const { kind } = await commitRows(storage, [{ table: LEFT, values: [6] }], OPERATION);
    if (kind === "committed") told.committed.push(OPERATION);
    await storage.close();
  },
};

/** Names of versions come and go, and nothing else changes. */
function naming(name: string, change: (storage: StagedStorage) => Promise<void>): Writer {
  return {
    name,
    prepare: async () => openOn(await runOfOneCommit()),
    contents: [HELD],
    async run({ opened }) {
      const { storage } = opened as OpenedProcess;
      // A death after the create is an unknown outcome, which is thrown.
      await change(storage).catch((error: unknown) => {
        throw error instanceof UnknownOutcomeError ? error.cause : error;
      });
      await storage.close();
    },
  };
}

/** Old versions and the parts that only they name. */
const cleaning: Writer = {
  name: "cleanup",
  async prepare() {
    const disk = await runOfCommits(5);
    const opened = await openProcess(disk, WRITER);
    await opened.storage.optimize();
    for (const value of [6, 7, 8]) {
      await commitRows(opened.storage, [{ table: LEFT, values: [value] }]);
    }
    return { disk, opened };
  },
  contents: [{ left_table: valuesUpTo(8) }],
  from: "list list tables-directory",
  async run({ opened }) {
    const { storage } = opened as OpenedProcess;
    await storage.cleanup({ keepVersions: 3, graceMs: 0 });
    await storage.close();
  },
};

/** Three operations of one process at once: they may share records, and each is told by itself. */
const GROUP = [3, 4, 5] as const;
const group: Writer = {
  name: "three appends at once",
  prepare: async () => openOn(await runOfOneCommit()),
  contents: subsets(GROUP).map((values) => ({ ...HELD, left_table: [1, 2, ...values] })),
  async run({ opened }, told) {
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

/** The first append goes at once; those that arrive meanwhile share parts, a sidecar and a record. */
const SHARING = [
  { table: LEFT, value: 3 },
  { table: LEFT, value: 4 },
  { table: RIGHT, value: 5 },
  { table: LEFT, value: 6 },
] as const;
const sharing: Writer = {
  name: "appends that share parts",
  prepare: async () => openOn(await runOfOneCommit()),
  // A fault may part them: then each is told its own outcome.
  contents: subsets(SHARING.map(({ value }) => value)).map((values) => ({
    left_table: [1, 2, ...values.filter((value) => value !== 5)],
    right_table: [1, 2, ...values.filter((value) => value === 5)],
  })),
  async run({ opened }, told) {
    const { storage } = opened as OpenedProcess;
    const appends = SHARING.map(async ({ table, value }) => {
      const { ref, outcome } = await appendValues(storage, table, [value]);
      if (outcome.kind === "committed") told.committed.push(ref.operationId);
    });
    for (const append of await Promise.allSettled(appends)) {
      if (append.status === "rejected") throw append.reason;
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
  prepare: async () => openOn(await runOfOneCommit(), { writeManifestEveryN: 100 }),
};

/** Views that are written on request; one of them was torn. */
function showing(name: string, show: (storage: StagedStorage) => Promise<unknown>): Writer {
  return {
    name,
    contents: [HELD],
    async prepare() {
      const disk = await runOfOneCommit();
      const prepared = await openOn(disk);
      disk.tamper(formatManifestViewKey(LEFT.name), (bytes) => bytes.subarray(0, 20));
      return prepared;
    },
    async run({ opened }) {
      const { storage } = opened as OpenedProcess;
      await show(storage);
      await storage.close();
    },
  };
}

const BUNDLE_FACTS: RunBundleFacts = {
  writtenAt: "2025-01-01T00:00:00.000Z",
  git: { sha: null, dirty: null, directory: "" },
  env: {},
  io: {},
  meta: {},
};

/** What it wrote is named by one commit; until then, and after a crash, it lies there unnamed. */
const registering: Writer = {
  ...operation("registration of a part of another program", HELD, async (storage) => {
    await using base = await storage.snapshot();
    await using tx = await storage.begin({ base, mode: "blind", operationId: OPERATION });
    await tx.stageSchema(NAMED.name, { kind: "create", descriptor: NAMED });
    await tx.stageFiles(NAMED.name, [FOREIGN_PART]);
    return tx.commit();
  }),
  contents: [HELD, { ...HELD, [NAMED.name]: [1, 2] }],
  leftovers: true,
  async prepare() {
    const disk = await runOfOneCommit();
    await placePart(disk);
    return openOn(disk);
  },
};

/** As {@link registering}, with rows of another table. */
const registeringWithRows: Writer = {
  ...registering,
  ...operation("registration of a part, with rows beside it", HELD, async (storage) => {
    await using base = await storage.snapshot();
    await using tx = await storage.begin({ base, mode: "blind", operationId: OPERATION });
    await tx.stageSchema(NAMED.name, { kind: "create", descriptor: NAMED });
    await tx.stageFiles(NAMED.name, [FOREIGN_PART]);
    await tx.stageDelete(LEFT.name, valueIsOne);
    return tx.commit();
  }),
  contents: [HELD, { ...HELD, left_table: [2], [NAMED.name]: [1, 2] }],
  leftovers: true,
  prepare: registering.prepare,
};

const adopting: Writer = {
  name: "adoption",
  contents: [{}, { [NAMED.name]: [1, 2] }],
  leftovers: true,
  async prepare() {
    const disk = new SimulatedDisk();
    await placePart(disk);
    return openOn(disk);
  },
  async run({ opened }) {
    const { storage } = opened as OpenedProcess;
    await storage.adopt({ tickBucketSize: 10, skipDamaged: false });
    await storage.close();
  },
};

/** The commit after which a checkpoint is due. Its windows begin there: a run so long opens slowly. */
const CHECKPOINT_VERSION = 128;
const checkpointing: Writer = {
  ...operation(
    "checkpoint after an append",
    { left_table: valuesUpTo(CHECKPOINT_VERSION) },
    (storage) => commitRows(storage, [{ table: LEFT, values: [CHECKPOINT_VERSION] }], OPERATION),
  ),
  contents: [{ left_table: valuesUpTo(CHECKPOINT_VERSION) }],
  from: "create write segment",
  async prepare() {
    longRun ??= runOfCommits(CHECKPOINT_VERSION - 1, "dies");
    return openOn(copyOf(await longRun));
  },
};

/** At close fewer are enough. */
const CLOSE_VERSION = CHECKPOINT_VERSION / 8;
const checkpointingAtClose: Writer = {
  ...operation("checkpoint at close", { left_table: valuesUpTo(CLOSE_VERSION) }, (storage) =>
    commitRows(storage, [{ table: LEFT, values: [CLOSE_VERSION] }], OPERATION),
  ),
  contents: [{ left_table: valuesUpTo(CLOSE_VERSION) }],
  from: "create write segment",
  prepare: async () => openOn(copyOf(await runOfCommits(CLOSE_VERSION - 1, "dies"))),
};

/** Both tables are staged at once: their parts, and the extension of the sidecar, come in any order. */
async function loadTwo(storage: StagedStorage) {
  await using base = await storage.snapshot();
  await using load = await storage.begin({ base, mode: "blind", operationId: OPERATION });
  const staged = APPEND_TWO.map(({ table, values }) =>
    load.stageAppend(table.name, only(rowsOf(table, values))),
  );
  for (const one of await Promise.allSettled(staged))
    if (one.status === "rejected") throw one.reason;
  return load.commit();
}

/** Tick 1 has a value already, tick 3 is new. */
async function* mergedRows(): AsyncIterable<RecordBatch> {
  yield rowsAt(KEYED, 1, [9]);
  yield rowsAt(KEYED, 3, [3]);
}

/** Value 120 is there already and the last of its part, 300 is new. */
async function* mergedByValue(): AsyncIterable<RecordBatch> {
  yield rowsAt(BY_VALUE, 1, [120, 300]);
}

let longRun: Promise<SimulatedDisk> | undefined;

async function runOfCommits(
  count: number,
  end: "closes" | "dies" = "closes",
): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const { storage, store } = await openProcess(disk, "first");
  for (let value = 1; value <= count; value++) {
    await commitRows(storage, [{ table: LEFT, values: [value] }]);
  }
  if (end === "closes") await storage.close();
  store.process.kill();
  return disk;
}

/** A disk of the same content, all of it durable, on the first day again. */
function copyOf(disk: SimulatedDisk): SimulatedDisk {
  const copies = [...disk.powerLossStates({ max: 2, random: seededRandom(1) })];
  const copy = copies.at(-1) as SimulatedDisk;
  copy.clock.jumpTo(new SimulatedClock().now());
  return copy;
}

function valuesUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

/** Another process died at `window` of an append to two tables: who opens the run settles it. */
function recovering(name: string, window: string, contents: readonly Contents[]): Writer {
  return {
    name,
    prepare: async () => ({ disk: await runWithDeadWriter(window) }),
    contents,
    audited: OPERATION,
    async run({ disk }) {
      const { storage } = await openProcess(disk, WRITER);
      await storage.close();
    },
  };
}

async function runWithDeadWriter(window: string): Promise<SimulatedDisk> {
  const disk = await runOfOneCommit();
  await crashAtWindow(disk, window, async ({ storage }) => {
    await commitRows(storage, APPEND_TWO, OPERATION);
  });
  return disk;
}

const PARTS_ARE_THERE = "create write record";
const RECORD_IS_VISIBLE = "create sync-directory log-directory";

/** Another machine linked its record and did not come to sync it: an append is put on that record. */
function following(name: string, table: TableDescriptor, before: readonly Append[]): Writer {
  const held = Object.fromEntries(before.map(({ table: { name }, values }) => [name, values]));
  const rows = held[table.name] as readonly number[];
  return {
    name,
    async prepare() {
      const disk = await runOfOneCommit(before);
      const prepared = await openOn(disk, { machine: "another machine" });
      await crashAtWindow(disk, RECORD_IS_VISIBLE, async ({ storage }) => {
        await commitRows(storage, [{ table, values: [14] }], operationId(1));
      });
      return prepared;
    },
    contents: [rows, [...rows, 14], [...rows, 14, 15]].map((now) => ({
      ...held,
      [table.name]: now,
    })),
    async run({ opened }, told) {
      const { storage } = opened as OpenedProcess;
      const { ref, outcome } = await appendValues(storage, table, [15]);
      if (outcome.kind === "committed") told.committed.push(ref.operationId);
      await storage.close();
    },
    // Who recovers does not know that a process of another machine is dead.
    afterCrash: ({ clock }) => clock.advance(2 * LEASE_MS),
  };
}

/** The sidecar of a dead writer was torn: only its name is left to recover by. */
const recoveringTorn: Writer = {
  ...recovering("recovery of a torn sidecar", PARTS_ARE_THERE, [HELD]),
  leftovers: true,
  async prepare() {
    const disk = await runWithDeadWriter(PARTS_ARE_THERE);
    disk.tamper(formatSidecarKey(OPERATION), (bytes) => bytes.subarray(0, 20));
    return { disk };
  },
};

async function* oneRow(): AsyncIterable<RecordBatch> {
  yield rowsAt(LEFT, 3, [3]);
}

/** A process died that had two operations staged: one record fences both. */
const recoveringTwo: Writer = {
  ...recovering("recovery, roll-back of two", PARTS_ARE_THERE, [HELD]),
  async prepare() {
    const disk = await runOfOneCommit();
    await crashAtWindow(disk, PARTS_ARE_THERE, async ({ storage }) => {
      const base = await storage.snapshot();
      const first = await storage.begin({ base, mode: "blind", operationId: operationId(1) });
      await first.stageAppend(LEFT.name, oneRow());
      await commitRows(storage, APPEND_TWO, OPERATION);
    });
    return { disk };
  },
};

/** An append whose create was not answered; the request lands after the crash, or never. */
function resolving(name: string, lands: boolean): Writer {
  return {
    name,
    prepare: async () => runWithUnanswered(),
    contents: [HELD, TWO_APPENDED],
    async run({ opened }, told) {
      const { storage } = opened as OpenedProcess;
      const { kind } = await storage.resolve({
        operationId: OPERATION,
        branch: MAIN_BRANCH,
        base: 1,
      });
      if (kind === "committed") told.committed.push(OPERATION);
      if (kind === "aborted") told.notCommitted.push(OPERATION);
      await storage.close();
    },
    ...(lands && { afterCrash: (disk: SimulatedDisk) => void disk.deliverLate() }),
  };
}

async function runWithUnanswered(): Promise<Prepared> {
  const disk = await runOfOneCommit();
  const { storage, store } = await openProcess(disk, "unanswered", {
    plan: (call) =>
      windowOf(call) === "create link record" ? { kind: "unknown", lands: "late" } : undefined,
  });
  assert.equal((await commitRows(storage, APPEND_TWO, OPERATION)).kind, "unknown");
  store.process.kill();
  // There the owner of the sidecar is not known to be dead, so that opening leaves it alone.
  return openOn(disk, { machine: "another machine" });
}

const FILE = formatFileName("config.bin");
const BATCH = formatIndexedName("layers", 4);

function member(name: string, ...bytes: readonly number[]): MemberInput {
  return { name, body: () => Uint8Array.from(bytes) };
}

const TWO_LAYERS = [
  member("metadata.json", 1),
  member("a/x.safetensors", 2),
  member("b/x.safetensors", 3),
];

/** A transaction of rows, a batch of tensors and a file: all of them, or none. */
async function commitAll(storage: StagedStorage, operationId?: OperationId) {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({
    base,
    mode: "strict",
    ...(operationId && { operationId }),
  });
  await operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [3, 14])));
  await operation.stageArtifact(BATCH, TWO_LAYERS);
  await operation.stageArtifact(FILE, [member("content", 7)]);
  return operation.commit();
}

const ALL: Contents = {
  ...HELD,
  left_table: [1, 2, 3, 14],
  [BATCH]: [2, 3, 1],
  [FILE]: [7],
};

async function runWithAll(): Promise<SimulatedDisk> {
  const disk = await runOfOneCommit();
  const { storage, store } = await openProcess(disk, "second");
  assert.equal((await commitAll(storage)).kind, "committed");
  await storage.close();
  store.process.kill();
  return disk;
}

/** A batch is replaced by one of fewer layers, and a file is removed: views go with their parts. */
async function replaceAll(storage: StagedStorage) {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode: "blind", operationId: OPERATION });
  await operation.stageArtifact(BATCH, TWO_LAYERS);
  await operation.stageArtifact(BATCH, [member("metadata.json", 4), member("a/x.safetensors", 5)]);
  await operation.removeArtifact(FILE);
  return operation.commit();
}

const REPLACED: Contents = { ...HELD, left_table: [1, 2, 3, 14], [BATCH]: [5, 4] };

/** A process died after the record of {@link commitAll} was visible, or before. */
function recoveringAll(name: string, window: string): Writer {
  return {
    ...recovering(name, PARTS_ARE_THERE, [HELD, ALL]),
    async prepare() {
      const disk = await runOfOneCommit();
      await crashAtWindow(disk, window, async ({ storage }) => {
        await commitAll(storage, OPERATION);
      });
      return { disk };
    },
  };
}

/**
 * A part and a file of a branch are taken over, and rows of a table that both changed are written. It fails
 * only when the store does.
 */
const merging: Writer = {
  name: "merge of a branch",
  contents: [
    { left_table: [1, 2], keyed_table: [1, 8] },
    { left_table: [1, 2, 7], keyed_table: [8, 9], [FILE]: [7] },
  ],
  async prepare() {
    const disk = await divergedRun(async (branch) => {
      await using base = await branch.snapshot();
      await using operation = await branch.begin({ base, mode: "strict" });
      await operation.stageArtifact(FILE, [member("content", 7)]);
      return operation.commit();
    });
    return openOn(disk);
  },
  async run({ opened }) {
    const { storage } = opened as OpenedProcess;
    await storage.merge({ branch: BRANCH }).catch((error: unknown) => {
      throw error instanceof UnknownOutcomeError ? error.cause : error;
    });
    await storage.close();
  },
};
/** A run that a writer repairs, and whoever comes after a crash of it. */
function repairing(
  name: string,
  from: string,
  values: readonly number[],
  damage: (disk: SimulatedDisk) => void | Promise<void>,
): Writer {
  return {
    name,
    from,
    contents: [{ left_table: values }],
    // Parts of the versions that are lost: no sidecar names them.
    leftovers: true,
    async prepare() {
      const disk = await runOfCommits(4);
      await damage(disk);
      return { disk };
    },
    run: async ({ disk }) => void (await repairIn(disk, WRITER)),
    recover: repairIn,
  };
}

async function repairIn(
  disk: SimulatedDisk,
  name: string,
  options: Pick<OpenProcessOptions, "crashAt"> = {},
) {
  const opening = startProcess(disk, name, options);
  const { unrepaired } = await repairRun(opening).catch((error: unknown) => {
    throw error instanceof UnknownOutcomeError ? error.cause : error;
  });
  for (const { problem } of unrepaired) assert.equal(problem.file, "part");
  return opening;
}

/** The newest record is zeroed, and a writer died that had staged on its version. */
async function zeroNewest(disk: SimulatedDisk): Promise<void> {
  await crashAtWindow(disk, PARTS_ARE_THERE, async ({ storage }) => {
    await commitRows(storage, [{ table: LEFT, values: [5] }], OPERATION, {
      mode: "strict",
      expected: [LEFT.name],
    });
  });
  disk.tamper(formatRecordKey(4), (bytes) => new Uint8Array(bytes.length));
}

function truncateSecond(disk: SimulatedDisk): void {
  const parts = [...disk.objects()].filter(([key]) => parsePartKey(key) !== undefined);
  const [key] = parts.find(([, bytes]) => bytes.includes(2)) ?? [];
  disk.tamper(key as ObjectKey, (bytes) => bytes.subarray(0, 4));
}

export const WRITERS: readonly Writer[] = [
  appending("append to one table", [{ table: LEFT, values: [3, 14] }], {
    ...HELD,
    left_table: [1, 2, 3, 14],
  }),
  appending("append to two tables", APPEND_TWO, TWO_APPENDED),
  appending(
    "append of a transaction that read another table",
    [{ table: LEFT, values: [3] }],
    { ...HELD, left_table: [1, 2, 3] },
    { mode: "strict", expected: [RIGHT.name] },
  ),
  group,
  sharing,
  following("append on a record that awaits its sync", LEFT, BEFORE),
  following("append under constraints on a record that awaits its sync", LINKED, [
    { table: KEYED, values: [1, 2, 14, 15] },
    { table: LINKED, values: [1, 2] },
  ]),
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
  operation("load of two tables side by side", TWO_APPENDED, loadTwo),
  linking("append under constraints", [{ table: LINKED, values: [3] }], {
    keyed_table: [1, 2, 3],
    linked_table: [1, 2, 3],
  }),
  linking(
    "append of a row with the row that it refers to",
    [
      { table: LINKED, values: [3, 14] },
      { table: KEYED, values: [14] },
    ],
    { keyed_table: [1, 2, 3, 14], linked_table: [1, 2, 3, 14] },
  ),
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
  changing("delete", LEFT, { left_table: [2] }, (tx) => tx.stageDelete(LEFT.name, valueIsOne)),
  changing("update", LEFT, { left_table: [2, 7] }, (tx) =>
    tx.stageUpdate(LEFT.name, valueIsOne, valueRow(LEFT, 7)),
  ),
  changing("merge", KEYED, { keyed_table: [2, 3, 9] }, (tx) =>
    tx.stageMerge(KEYED.name, mergedRows()),
  ),
  operation(
    "append of a part with a key filter beside it",
    { ...HELD, table_by_value: valuesUpTo(120) },
    (storage) => commitRows(storage, [{ table: BY_VALUE, values: valuesUpTo(120) }], OPERATION),
  ),
  changing(
    "merge that replaces a part with a key filter beside it",
    BY_VALUE,
    { table_by_value: [...valuesUpTo(120), 300] },
    (tx) => tx.stageMerge(BY_VALUE.name, mergedByValue()),
    valuesUpTo(120),
  ),
  changing("change of columns", LEFT, { left_table: [1, 2] }, (tx) =>
    tx.stageSchema(LEFT.name, {
      kind: "evolve",
      ...evolveDescriptor(LEFT, { makeNullable: ["value"] }),
    }),
  ),
  changing("change of columns, with rows beside it", LEFT, { left_table: [2, 7] }, async (tx) => {
    const change = evolveDescriptor(LEFT, { makeNullable: ["value"] });
    await tx.stageSchema(LEFT.name, { kind: "evolve", ...change });
    await tx.stageUpdate(LEFT.name, valueIsOne, valueRow(LEFT, 7));
  }),
  operation("transaction of rows, tensors and a file", ALL, (storage) =>
    commitAll(storage, OPERATION),
  ),
  operation("replacement of tensors, removal of a file", REPLACED, replaceAll, {
    prepare: async () => openOn(await runWithAll()),
    contents: [ALL, REPLACED],
  }),
  recoveringAll("recovery of rows, tensors and a file, roll-back", PARTS_ARE_THERE),
  recoveringAll("recovery of rows, tensors and a file, roll-forward", RECORD_IS_VISIBLE),
  closing,
  showing("view on request", (storage) => storage.publishView(LEFT.name)),
  showing("run bundle", (storage) => storage.writeBundle(BUNDLE_FACTS)),
  optimizing,
  optimizingUnasked,
  merging,
  cleaning,
  registering,
  registeringWithRows,
  adopting,
  trimming,
  naming("creation of a branch and a tag", async (storage) => {
    await storage.createBranch("what_if" as BranchName, {}, {});
    await storage.createTag("baseline" as TagName, { version: 1 }, {});
  }),
  naming("creation and deletion of a branch", async (storage) => {
    await storage.createBranch("what_if" as BranchName, {}, {});
    await storage.deleteBranch("what_if" as BranchName, {});
  }),
  checkpointing,
  checkpointingAtClose,
  recovering("recovery, roll-back", PARTS_ARE_THERE, [HELD]),
  recovering("recovery, roll-forward", RECORD_IS_VISIBLE, [TWO_APPENDED, HELD]),
  recoveringTorn,
  recoveringTwo,
  resolving("resolution of an operation that never lands", false),
  resolving("resolution of an operation that lands late", true),
  repairing("repair of a zeroed newest record", "setAside stat view", [1, 2, 3], zeroNewest),
  repairing("repair of a truncated part", "create write record", [1, 3, 4], truncateSecond),
];

function operationId(number: number): OperationId {
  return `01ZZ${String(number).padStart(22, "0")}` as OperationId;
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 2 ** items.length }, (_, chosen) =>
    items.filter((_item, i) => (chosen >> i) & 1),
  );
}
