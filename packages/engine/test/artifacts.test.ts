/**
 * Artifacts in commits: together with rows or not at all, conflicts per name, old versions, own
 * changes, views, checkpoints. Crashes are in crash-windows.test.ts.
 */
import assert from "node:assert/strict";
import { formatFileName, formatIndexedName, type ObjectKey } from "@crv/core";
import type { MemberInput, OperationIntent, StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, test } from "vitest";
import { LEFT, only, openProcess, readValues, rowsOf } from "./support/universe.js";

const FILE = formatFileName("config.json");
const OTHER = formatFileName("other.json");

function file(text: string): readonly MemberInput[] {
  return [{ name: "content", body: () => new TextEncoder().encode(text) }];
}

async function put(
  storage: StagedStorage,
  name: typeof FILE,
  text: string,
  mode: OperationIntent["mode"] = "blind",
) {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode });
  await operation.stageArtifact(name, file(text));
  return operation.commit();
}

async function textOf(storage: StagedStorage, name: typeof FILE, version?: number) {
  await using snapshot = await storage.snapshot(version === undefined ? {} : { version });
  const member = storage.artifact(snapshot, name)?.members[0];
  return member && new TextDecoder().decode(await storage.readMember(member));
}

describe("artifacts", () => {
  test("appear together with rows, in one version", async () => {
    const { storage } = await openProcess(new SimulatedDisk(), "p");
    await using base = await storage.snapshot();
    await using operation = await storage.begin({ base, mode: "strict" });
    await operation.stageSchema(LEFT.name, { kind: "create", descriptor: LEFT });
    await operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [1])));
    await operation.stageArtifact(FILE, file("a"));
    assert.equal(operation.artifact(FILE)?.members.length, 1, "an operation sees its own");
    assert.equal(await textOf(storage, FILE), undefined, "nobody else does");
    const outcome = await operation.commit();
    assert.equal(outcome.kind === "committed" && outcome.version, 1);
    assert.deepEqual(await readValues(storage, LEFT.name), [1]);
    assert.equal(await textOf(storage, FILE), "a");
  });

  test("leave nothing when they are discarded", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "p");
    const base = await storage.snapshot();
    const operation = await storage.begin({ base, mode: "strict" });
    await operation.stageArtifact(FILE, file("a"));
    await operation.discard();
    assert.deepEqual([...disk.objects().keys()], []);
  });

  test("of different names rebase, of one name conflict", async () => {
    const disk = new SimulatedDisk();
    const [first, second] = [await openProcess(disk, "first"), await openProcess(disk, "second")];
    const base = await second.storage.snapshot();
    const racer = await second.storage.begin({ base, mode: "strict" });
    await racer.stageArtifact(FILE, file("second"));
    const other = await second.storage.begin({ base, mode: "blind" });
    await other.stageArtifact(OTHER, file("other"));
    assert.equal((await put(first.storage, FILE, "first")).kind, "committed");
    assert.equal((await other.commit()).kind, "committed");
    const outcome = await racer.commit();
    assert.deepEqual(outcome, {
      kind: "conflict",
      conflict: { kind: "ArtifactChanged", artifact: FILE, expected: 0, actual: 1 },
    });
    assert.equal(await textOf(second.storage, FILE), "first");
    const parts = [...disk.objects().keys()].filter((key) => key.startsWith("files/"));
    assert.equal(parts.length, 2, "the loser's part is removed");
  });

  test.each([
    ["files/a", "files/a/b/c"],
    ["files/a/b/c", "files/a"],
  ] as const)("as %s and %s at once: the second is a conflict", async (one, other) => {
    const disk = new SimulatedDisk();
    const [first, second] = [await openProcess(disk, "first"), await openProcess(disk, "second")];
    const base = await second.storage.snapshot();
    const late = await second.storage.begin({ base, mode: "blind" });
    await late.stageArtifact(other as typeof FILE, file("late"));
    assert.equal((await put(first.storage, one as typeof FILE, "x")).kind, "committed");
    assert.deepEqual(await late.commit(), {
      kind: "conflict",
      conflict: { kind: "ArtifactChanged", artifact: one, expected: 0, actual: 1 },
    });
    await using now = await second.storage.snapshot();
    const moving = await second.storage.begin({ base: now, mode: "blind" });
    await moving.removeArtifact(one as typeof FILE);
    await moving.stageArtifact(other as typeof FILE, file("moved"));
    assert.equal((await moving.commit()).kind, "committed");
    assert.equal(await textOf(second.storage, other as typeof FILE), "moved");
  });

  test("that were removed and written again are not what was read", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "p");
    await put(storage, FILE, "a");
    const base = await storage.snapshot();
    const late = await storage.begin({ base, mode: "strict" });
    await late.stageArtifact(FILE, file("late"));
    await using now = await storage.snapshot();
    const removing = await storage.begin({ base: now, mode: "blind" });
    await removing.removeArtifact(FILE);
    assert.equal((await removing.commit()).kind, "committed");
    await put(storage, FILE, "a");
    assert.equal((await late.commit()).kind, "conflict");
  });

  test("that were only read make another's change a conflict", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "p");
    await put(storage, FILE, "a");
    const base = await storage.snapshot();
    const reader = await storage.begin({ base, mode: "strict" });
    assert.equal(reader.artifact(FILE)?.version, 1);
    await reader.stageArtifact(OTHER, file("made of a"));
    await put(storage, FILE, "b");
    assert.equal((await reader.commit()).kind, "conflict");
    assert.equal(await textOf(storage, OTHER), undefined);
  });

  test("keep what they were, in old versions", async () => {
    const { storage } = await openProcess(new SimulatedDisk(), "p");
    for (const text of ["a", "bb", "ccc"]) await put(storage, FILE, text);
    assert.equal(await textOf(storage, FILE), "ccc");
    assert.equal(await textOf(storage, FILE, 1), "a");
    assert.equal(await textOf(storage, FILE, 2), "bb");
  });

  test("are shown under their names, newest content, until they are removed", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "p");
    const view = "artifacts/config.json" as ObjectKey;
    await put(storage, FILE, "a");
    await put(storage, FILE, "bb");
    assert.equal(new TextDecoder().decode(disk.objects().get(view)), "bb");
    await using base = await storage.snapshot();
    const operation = await storage.begin({ base, mode: "blind" });
    await operation.removeArtifact(FILE);
    await operation.commit();
    assert.equal(disk.objects().get(view), undefined);
    assert.equal(await textOf(storage, FILE), undefined);
    assert.equal(await textOf(storage, FILE, 2), "bb");
  });

  test("are read into an array of the right length", async () => {
    const { storage } = await openProcess(new SimulatedDisk(), "p");
    await put(storage, FILE, "abcdef");
    await using snapshot = await storage.snapshot();
    const [member] = storage.artifact(snapshot, FILE)?.members ?? [];
    assert.ok(member);
    const into = new Uint8Array(3);
    assert.equal(await storage.readMember(member, { start: 2, end: 5, into }), into);
    assert.equal(new TextDecoder().decode(into), "cde");
    const wrong = storage.readMember(member, { into });
    await assert.rejects(wrong, { code: "INVALID_ARGUMENT" });
  });

  test("survive checkpoints, in segments and whole", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "p");
    for (let i = 0; i < 140; i++) {
      await put(storage, formatFileName(`f${i % 20}`), String(i));
    }
    await storage.close();
    const keys = [...disk.objects().keys()];
    assert.ok(keys.some((key) => key.startsWith("_checkpoints/indexes/")));
    const again = await openProcess(disk, "q");
    assert.equal(await textOf(again.storage, formatFileName("f19")), "139");
    assert.equal(await textOf(again.storage, formatFileName("f0")), "120");
    await again.storage.trimLog(3);
    const third = await openProcess(disk, "r");
    assert.equal(await textOf(third.storage, formatFileName("f19")), "139");
    assert.equal((await put(third.storage, formatFileName("f19"), "new")).kind, "committed");
    assert.equal(await textOf(third.storage, formatFileName("f19")), "new");
  });

  test("have names that no disk merges, and members of their kind only", async () => {
    const { storage } = await openProcess(new SimulatedDisk(), "p");
    await put(storage, formatFileName("a/b"), "x");
    await using base = await storage.snapshot();
    await using operation = await storage.begin({ base, mode: "blind" });
    const refused = { code: "INVALID_NAME" };
    await assert.rejects(operation.stageArtifact(formatFileName("a"), file("x")), refused);
    await assert.rejects(operation.stageArtifact(formatFileName("a/b/c"), file("x")), refused);
    const batch = formatIndexedName("layers", 1);
    const layers = ["l/x.safetensors", "L/x.safetensors"].map((name) => ({
      name,
      body: () => new Uint8Array(1),
    }));
    await assert.rejects(operation.stageArtifact(batch, layers), refused);
    await assert.rejects(operation.stageArtifact(batch, file("x")), refused);
    for (const path of ["", "..", "a/../b", "/etc/passwd", "a\\b", "a//b", "nul", "a.", "ä"]) {
      assert.throws(() => formatFileName(path), refused, path);
    }
    for (const index of [-1, 1.5, Number.NaN, 2 ** 53]) {
      assert.throws(() => formatIndexedName("batches", index), refused);
    }
  });
});
