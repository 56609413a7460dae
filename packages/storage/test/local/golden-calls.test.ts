/**
 * The calls to the file system that each effect costs, each with its reason. A change here is a
 * change of cost or of durability, and should be meant.
 */
import type { TestedStore } from "@crv/storage-trait/conformance";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { openDirectoryReader, openDirectoryStore } from "../../src/index.js";
import { bytesOf, FULL, key, openOptions, PROCESS, scratchDirectory } from "./scratch.js";
import { type WatchedFileSystem, watchFileSystem } from "./watched-file-system.js";

const FIRST = key("_log/00000000000000000001.json");
const SECOND = key("_log/00000000000000000002.json");

async function openWatched() {
  const path = await scratchDirectory();
  const watched = watchFileSystem(path);
  const store = await openDirectoryStore({ ...openOptions(path), fileSystem: watched.fileSystem });
  return { store, watched, path };
}

async function callsOf(watched: WatchedFileSystem, act: () => Promise<unknown>): Promise<string[]> {
  watched.forget();
  await act();
  return [...watched.calls];
}

const reasons = (...lines: readonly (readonly [call: string, reason: string])[]): string[] =>
  lines.map(([call]) => call);

describe("file system calls", () => {
  test("of a create in a directory that was used before", async () => {
    const { store, watched } = await openWatched();
    await store.create(FIRST, bytesOf("one"), FULL);
    expect(await callsOf(watched, () => store.create(SECOND, bytesOf("two"), FULL))).toEqual(
      reasons(
        ["open create _tmp/…", "a file that no list shows and no key names"],
        ["write _tmp/…", "all bytes"],
        ["sync _tmp/…", "content is durable before the object exists"],
        ["close _tmp/…", "some file systems report a full disk here only"],
        [`link ${SECOND}`, "the fence: fails if the number is taken"],
        ["unlink _tmp/…", "the object keeps one name"],
        ["open directory _log", "to sync it"],
        ["sync _log", "the entry is durable before anyone is told"],
        ["close _log", "nothing is kept open between calls"],
      ),
    );
  });

  test("of the first create in a new directory", async () => {
    const { store, watched } = await openWatched();
    const calls = await callsOf(watched, () => store.create(FIRST, bytesOf("one"), FULL));
    expect(calls.slice(0, -9)).toEqual(
      reasons(
        ["lstat _log", "is it there, and no symbolic link?"],
        ["mkdir _log", "it is not"],
        ["lstat _log", "another process may have put something else there"],
        ["open directory .", "to sync it"],
        ["sync .", "the entry of the new directory is durable before anything in it counts"],
        ["close .", ""],
      ),
    );
  });

  test("of a create at process durability", async () => {
    const { store, watched } = await openWatched();
    await store.create(FIRST, bytesOf("one"), PROCESS);
    expect(await callsOf(watched, () => store.create(SECOND, bytesOf("two"), PROCESS))).toEqual([
      "open create _tmp/…",
      "write _tmp/…",
      "close _tmp/…",
      `link ${SECOND}`,
      "unlink _tmp/…",
    ]);
  });

  test("of a create that loses", async () => {
    const { store, watched } = await openWatched();
    await store.create(FIRST, bytesOf("one"), FULL);
    const calls = await callsOf(watched, () => store.create(FIRST, bytesOf("two"), FULL));
    expect(calls.slice(4)).toEqual(
      reasons(
        [`link ${FIRST}`, "refused: the name is taken"],
        ["lstat _tmp/…", "by whom? Over a network it may be our own, its reply lost"],
        [`lstat ${FIRST}`, "another file, so another writer"],
        ["unlink _tmp/…", ""],
      ),
    );
  });

  test("of replacements and removals", async () => {
    const { store, watched } = await openWatched();
    const lease = key("_leases/l.json");
    await store.replaceLease(lease, bytesOf("one"));
    const write = ["open create _tmp/…", "write _tmp/…", "sync _tmp/…", "close _tmp/…"];
    expect(await callsOf(watched, () => store.replaceLease(lease, bytesOf("two")))).toEqual([
      ...write,
      `rename ${lease}`,
    ]);
    expect(await callsOf(watched, () => store.replaceHint(lease, bytesOf("x")))).toEqual([
      ...write.filter((call) => !call.startsWith("sync")),
      `rename ${lease}`,
    ]);
    const replaceView = () => store.replaceView(lease, 1, bytesOf('{"run_version":1}'));
    expect(await callsOf(watched, replaceView)).toEqual([
      ...reasons(
        [`open read ${lease}`, "which version does it show?"],
        [`fstat ${lease}`, "its size, before anything is allocated"],
        [`read ${lease}`, ""],
        [`close ${lease}`, ""],
      ),
      ...write,
      `rename ${lease}`,
      "open directory _leases",
      "sync _leases",
      "close _leases",
    ]);
    expect(await callsOf(watched, () => store.removeUnreferenced([lease], 1))).toEqual([
      `unlink ${lease}`,
    ]);
  });

  test("of reading", async () => {
    const { store, watched, path } = await openWatched();
    await store.create(FIRST, bytesOf("one"), FULL);
    const { fileSystem } = watched;
    watched.forget();
    const reader = await openDirectoryReader({ path, fileSystem });
    expect(watched.calls).toEqual(["realpath .", "lstat ."]);
    const get = () => reader.get(FIRST, { sizeBytesMax: 100 });
    const read = [`open read ${FIRST}`, `fstat ${FIRST}`, `read ${FIRST}`, `close ${FIRST}`];
    expect(await callsOf(watched, get)).toEqual(["lstat _log", ...read]);
    expect(await callsOf(watched, get)).toEqual(read);
    expect(await callsOf(watched, () => reader.stat(FIRST))).toEqual([`lstat ${FIRST}`]);
  });

  test("of opening for writing stay few", async () => {
    const { watched, path } = await openWatched();
    const { fileSystem } = watched;
    const open = () => openDirectoryStore({ ...openOptions(path), fileSystem });
    const calls = await callsOf(watched, open);
    expect(calls.length).toBeLessThanOrEqual(30);
    expect(calls.filter((call) => call.startsWith("sync"))).toHaveLength(2);
  });

  test("are the steps that the simulated store takes", async () => {
    const { store, watched } = await openWatched();
    const disk = new SimulatedDisk();
    const simulated = disk.process("p");
    await simulated.replaceHint(key("warm"), bytesOf("")); // makes the staging directory
    const found = key("found/x");
    const effects: readonly ((store: TestedStore) => Promise<unknown>)[] = [
      (s) => s.create(key("new/directory/a"), bytesOf("a"), FULL),
      (s) => s.create(key("new/directory/b"), bytesOf("b"), FULL),
      (s) => s.create(key("new/directory/c"), bytesOf("c"), PROCESS),
      (s) => s.create(found, bytesOf("x"), PROCESS),
      (s) => s.makeDurable(found),
      (s) => s.replaceView(key("new/view"), 1, bytesOf('{"run_version":1}')),
      (s) => s.replaceLease(key("new/lease"), bytesOf("l")),
      (s) => s.replaceHint(key("new/hint"), bytesOf("h")),
      (s) => s.removeUnreferenced([key("new/hint"), found], 1),
    ];
    for (const effect of effects) {
      const calls = await callsOf(watched, () => effect(store));
      const stepsBefore = disk.trace.length;
      await effect(simulated);
      const steps = disk.trace.slice(stepsBefore);
      expect(calls.flatMap(asStep), effect.toString()).toEqual(
        steps.flatMap(({ step, key: at }) =>
          isReading(step) ? [] : [`${step} ${shown(step, at)}`],
        ),
      );
    }
  });
});

/** A call of the file system as a step of the simulated store; calls that change nothing are none. */
function asStep(call: string): readonly string[] {
  const [name = "", path = ""] = call.split(" ");
  const isTemporary = path.startsWith("_tmp/");
  const isFile = isTemporary || path === "found/x";
  if (name === "mkdir") return [`make-directory ${path}`];
  if (name === "write") return ["write …"];
  if (name === "sync") return [isFile ? "sync-content …" : `sync-directory ${path}`];
  if (name === "link" || name === "rename") return [`${name} ${path}`];
  if (name === "unlink") return [isTemporary ? "unlink-temporary …" : `unlink ${path}`];
  return [];
}

function isReading(step: string): boolean {
  return ["stat", "read", "list"].includes(step);
}

/** Keys where both sides have them. */
function shown(step: string, at: string): string {
  if (step === "sync-directory" && at === "") return ".";
  return ["write", "sync-content", "unlink-temporary"].includes(step) ? "…" : at;
}
