/** Proofs of branches: writers to them that die, and names that come and go while others work. */
import assert from "node:assert/strict";
import {
  type BranchName,
  CrvError,
  type OperationId,
  parseBranchKey,
  parsePartKey,
  SIDECAR_PREFIX,
  type TableKey,
  type TagName,
} from "@crv/core";
import { SimulatedCrash, SimulatedDisk } from "@crv/storage-trait/testing";
import { commitRows, LEFT, openProcess, RIGHT, readValues } from "./universe.js";

export const BRANCH = "what_if" as BranchName;
export const OPERATION = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;
const APPEND = [
  { table: LEFT, values: [7] },
  { table: RIGHT, values: [7] },
];

/** Version 1 of main has rows 1 and 2, the branch begins there, and main goes on. */
export async function runWithBranch(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const { storage, store } = await openProcess(disk, "first");
  await commitRows(storage, [{ table: LEFT, values: [1, 2] }]);
  await storage.createBranch(BRANCH, {}, {});
  await commitRows(storage, [{ table: LEFT, values: [3] }]);
  await storage.close();
  store.process.kill();
  return disk;
}

/** Runs `write` on the branch in a process that dies before its call `at`; false when it ended. */
export async function dieAt(
  disk: SimulatedDisk,
  at: number,
  write: (disk: SimulatedDisk) => Promise<void>,
): Promise<boolean> {
  let calls = 0;
  disk.onStep = ({ process }) => {
    if (process !== "writer" || ++calls !== at) return;
    for (const each of disk.processes) each.kill();
  };
  try {
    await write(disk);
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error;
  }
  disk.onStep = undefined;
  for (const each of disk.processes) each.kill();
  return calls >= at;
}

export async function appendToBranch(disk: SimulatedDisk): Promise<void> {
  const { storage } = await openProcess(disk, "writer", { branch: BRANCH });
  await commitRows(storage, APPEND, OPERATION);
  await storage.close();
}

/** Opens main first, then the branch, and looks at everything that lies there. */
export async function checkBoth(disk: SimulatedDisk, { leftovers }: { leftovers: boolean }) {
  const main = await openProcess(disk, "main");
  settled(disk, leftovers);
  const branch = await openProcess(disk, "branch", { branch: BRANCH });
  assert.deepEqual(await readValues(main.storage, LEFT.name), [1, 2, 3], "main is as it was");
  assert.deepEqual(
    branch.recovered,
    { rolledForward: [], rolledBack: [], left: [] },
    "the branch was settled",
  );
  await using snapshot = await branch.storage.snapshot();
  const left = await valuesOf(branch.storage, LEFT.name);
  const right = snapshot.descriptor(RIGHT.name) && (await valuesOf(branch.storage, RIGHT.name));
  const expected = left.includes(7) ? [[1, 2, 7], [7]] : [[1, 2], undefined];
  assert.deepEqual([left, right], expected, "all of the commit or nothing");
  const next = await commitRows(branch.storage, [{ table: LEFT, values: [9] }]);
  assert.equal(next.kind, "committed", "the next append lands");
  assert.deepEqual(await valuesOf(branch.storage, LEFT.name), [...left, 9]);
  assert.deepEqual(await readValues(main.storage, LEFT.name), [1, 2, 3], "main is as it was");
  return left.includes(7);
}

export async function valuesOf(
  storage: Awaited<ReturnType<typeof openProcess>>["storage"],
  table: TableKey,
) {
  await using snapshot = await storage.snapshot();
  const values: number[] = [];
  for await (const batch of storage.scan(snapshot, { table })) {
    values.push(...[...(batch.getChild("value") ?? [])].map(Number));
  }
  return values;
}

/** No sidecar is left anywhere, and no part that neither log names. */
function settled(disk: SimulatedDisk, leftovers: boolean): void {
  const keys = [...disk.objects().keys()];
  const sidecars = keys.filter((key) =>
    (parseBranchKey(key)?.key ?? key).startsWith(SIDECAR_PREFIX),
  );
  assert.deepEqual(sidecars, [], "no sidecar is left");
  if (leftovers) return;
  const text = [...disk.objects()]
    .filter(([key]) => key.includes("_log/0"))
    .map(([, bytes]) => new TextDecoder().decode(bytes))
    .join();
  const parts = keys.filter((key) => parsePartKey(key) !== undefined);
  const unnamed = parts.filter((path) => !text.includes(path));
  assert.deepEqual(unnamed, [], "every part is named");
}

/** Dies before each call of an append to the branch. @returns whether it landed, of each. */
export async function crashBranchWriter(): Promise<ReadonlySet<boolean>> {
  const outcomes = new Set<boolean>();
  for (let at = 1; ; at++) {
    const disk = await runWithBranch();
    const died = await dieAt(disk, at, appendToBranch);
    outcomes.add(await checkBoth(disk, { leftovers: false }));
    if (!died) return outcomes;
  }
}

/** Main and the branch have used one operation id; the writer to the branch dies before its record. */
export async function crashWithIdOfMain(): Promise<void> {
  const disk = await runWithBranch();
  const main = await openProcess(disk, "main that appends");
  await commitRows(main.storage, [{ table: LEFT, values: [4] }], OPERATION);
  main.store.process.kill();
  const steps = { seen: 0 };
  disk.onStep = ({ process, key, step }) => {
    if (process !== "writer" || step !== "link" || !/_branches.*_log/.test(key)) return;
    steps.seen++;
    for (const each of disk.processes) each.kill();
  };
  await appendToBranch(disk).catch((error: unknown) => {
    if (!(error instanceof SimulatedCrash)) throw error;
  });
  disk.onStep = undefined;
  assert.equal(steps.seen, 1, "the writer died before its record");
  const after = await openProcess(disk, "after");
  assert.equal(after.recovered.rolledBack.length, 1);
  assert.deepEqual(await readValues(after.storage, LEFT.name), [1, 2, 3, 4]);
  const branch = await openProcess(disk, "branch", { branch: BRANCH });
  assert.deepEqual(await valuesOf(branch.storage, LEFT.name), [1, 2]);
}

/** One names a version and another trims it away, all at once ahead of each call of the other. */
export async function nameWhileTrimmed(): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for (const interrupted of ["trimmer", "maker"] as const) {
    for (let at = 1; ; at++) {
      const outcome = await nameAt(at, interrupted);
      if (outcome === undefined) break;
      outcomes.add(outcome);
    }
  }
  return outcomes;
}

/** Undefined when the one that is interrupted makes fewer calls. */
async function nameAt(at: number, interrupted: "trimmer" | "maker"): Promise<string | undefined> {
  const disk = new SimulatedDisk();
  const first = await openProcess(disk, "first");
  for (let value = 1; value <= 8; value++) {
    await commitRows(first.storage, [{ table: LEFT, values: [value] }]);
  }
  const trimmer = await openProcess(disk, "trimmer");
  const maker = await openProcess(disk, "maker");
  const name = () =>
    maker.storage.createTag("kept" as TagName, { version: 2 }, {}).then(
      () => "made",
      (error: unknown) => (error instanceof CrvError ? error.code : "unexpected"),
    );
  const trim = () => trimmer.storage.trimLog(3);
  const isTrimmer = interrupted === "trimmer";
  let calls = 0;
  let outcome: string | undefined;
  let isMet = false;
  const end = gateBefore((isTrimmer ? trimmer : maker).store, async () => {
    if (++calls !== at) return;
    isMet = true;
    if (isTrimmer) outcome = await name();
    else await trim();
  });
  if (isTrimmer) await trim();
  else outcome = await name();
  end();
  if (!isMet) return undefined;
  const { storage } = await openProcess(disk, "later");
  const { tags } = await storage.refs();
  if (outcome === "made") {
    await using view = await storage.at({ name: "kept" });
    assert.deepEqual(await valuesOf(view, LEFT.name), [1, 2], "what is named is there");
  } else assert.deepEqual([outcome, tags], ["NOT_FOUND", []], "the name was withdrawn");
  return outcome;
}

/** Who has a deleted branch open is told that nothing was committed. */
export async function writeToDeleted(): Promise<void> {
  const disk = await runWithBranch();
  const { storage } = await openProcess(disk, "writer", { branch: BRANCH });
  const main = await openProcess(disk, "main");
  await main.storage.deleteBranch(BRANCH, {});
  const outcome = await commitRows(storage, [{ table: LEFT, values: [9] }]);
  assert.deepEqual(outcome, {
    kind: "conflict",
    conflict: { kind: "BranchDeleted", branch: BRANCH },
  });
}

/** Calls `before` ahead of every read or write of the store; returns how to end that. */
export function gateBefore(
  store: Awaited<ReturnType<typeof openProcess>>["store"],
  before: () => Promise<void>,
): () => void {
  const verbs = ["get", "create", "makeDurable", "removeUnreferenced"] as const;
  for (const verb of verbs) {
    const inner = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(store, {
      [verb]: async (...args: unknown[]) => {
        await before();
        return inner(...args);
      },
    });
  }
  return () => {
    for (const verb of verbs) Reflect.deleteProperty(store, verb);
  };
}
