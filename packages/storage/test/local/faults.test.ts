/**
 * Goal: no error of the file system makes the store say what is not so.
 * Method: every call of a create and of a replacement fails in every way, without and in spite of
 * its effect; then the store is asked what is there.
 * Invariants: `created` means there and whole; a thrown error of a create means absent; nothing is
 * ever there in part; a failed sync is never believed later.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { IoError } from "@crv/core";
import { describe, expect, test } from "vitest";
import { nodeFileSystem, openDirectoryStore } from "../../src/index.js";
import { bytesOf, FULL, key, openOptions, PROCESS, scratchDirectory } from "./scratch.js";
import { type FileCall, watchFileSystem } from "./watched-file-system.js";

const ERRNOS = ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS", "EACCES", "EBUSY", "ESTALE"];
const KEY = key("tables/t/part");

async function openWatched(changes = {}) {
  const path = await scratchDirectory();
  const watched = watchFileSystem(path, changes);
  const store = await openDirectoryStore({ ...openOptions(path), fileSystem: watched.fileSystem });
  watched.forget();
  return { store, watched, path };
}

/** Number of calls of a create in a new directory. */
async function callCount(): Promise<number> {
  const { store, watched } = await openWatched();
  await store.create(KEY, bytesOf("whole"), FULL);
  return watched.calls.length;
}

async function isThere(path: string, text: string): Promise<boolean> {
  const reopened = await openDirectoryStore(openOptions(path));
  const found = await reopened.get(KEY, { sizeBytesMax: 100 });
  if (found !== undefined) expect(new TextDecoder().decode(found)).toBe(text);
  return found !== undefined;
}

describe("a create whose file system fails", () => {
  for (const when of ["before", "after"] as const) {
    test(`tells the truth when any call fails ${when} its effect`, async () => {
      const calls = await callCount();
      const seen = new Set<string>();
      for (const errno of ERRNOS) {
        for (let at = 1; at <= calls; at++) {
          const { store, watched, path } = await openWatched();
          watched.fault = ({ number }) => (number === at ? { errno, when } : undefined);
          const kind = await store.create(KEY, bytesOf("whole"), FULL).then(
            (outcome) => outcome.kind,
            (error: IoError) => error.code,
          );
          seen.add(kind);
          const where = `${errno} ${when} ${watched.calls[at - 1]}: ${kind}`;
          const there = await isThere(path, "whole");
          if (kind === "created") expect(there, where).toBe(true);
          else if (kind !== "unknown") expect(there, where).toBe(false);
          expect(["created", "unknown", "IO"], where).toContain(kind);
          // What is left in the staging directory is at most the temporary that could not go.
          expect((await readdir(join(path, "_tmp"))).length, where).toBeLessThanOrEqual(1);
        }
      }
      expect(seen).toEqual(new Set(["created", "unknown", "IO"]));
    });
  }

  test("creates nothing when what is to be durable first cannot be made so", async () => {
    const { store, watched, path } = await openWatched();
    const part = key("tables/u/part");
    await store.create(part, bytesOf("part"), PROCESS);
    for (const target of [part, "tables/u"]) {
      watched.fault = (call) =>
        call.name === "sync" && call.path === target ? { errno: "EIO", when: "before" } : undefined;
      const created = store.create(KEY, bytesOf("whole"), { ...FULL, after: [part] });
      await expect(created, target).rejects.toMatchObject({ code: "IO" });
      expect(await isThere(path, "whole"), target).toBe(false);
      expect(await readdir(join(path, "_tmp")), target).toEqual([]);
    }
    // A sync that failed is not believed later; one that fails beside it is told with it, not alone.
    const other = key("tables/v/part");
    await store.create(other, bytesOf("part"), PROCESS);
    watched.fault = (call) =>
      call.name === "sync" && call.path === other ? { errno: "EIO", when: "before" } : undefined;
    const again = store.create(KEY, bytesOf("whole"), { ...FULL, after: [other, part] });
    await expect(again).rejects.toMatchObject({ code: "IO" });
  });

  test("names the path and the remedy", async () => {
    const { store, watched, path } = await openWatched();
    watched.fault = ({ name }) =>
      name === "write" ? { errno: "ENOSPC", when: "before" } : undefined;
    await expect(store.create(KEY, bytesOf("x"), FULL)).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/no space is left on the disk: free some/),
      details: { errno: "ENOSPC", path: expect.stringContaining(path) },
    });
  });
});

describe("a link whose answer says nothing", () => {
  const failLink = (errno: string, when: "before" | "after") => (call: FileCall) =>
    call.name === "link" ? ({ errno, when } as const) : undefined;

  test.each(["EEXIST", "EIO", "ESTALE"])("is settled when it landed: %s", async (errno) => {
    const { store, watched } = await openWatched();
    watched.fault = failLink(errno, "after");
    expect(await store.create(KEY, bytesOf("x"), FULL)).toMatchObject({ kind: "created" });
  });

  test("is unknown when it did not land and still may", async () => {
    const { store, watched } = await openWatched();
    watched.fault = failLink("EIO", "before");
    expect(await store.create(KEY, bytesOf("x"), FULL)).toMatchObject({
      kind: "unknown",
      cause: { code: "IO" },
    });
  });

  test("is unknown when nobody can tell", async () => {
    const { store, watched } = await openWatched();
    watched.fault = ({ name, path }) =>
      name === "link" || (name === "lstat" && path.startsWith("_tmp/"))
        ? { errno: "EEXIST", when: "after" }
        : undefined;
    expect((await store.create(KEY, bytesOf("x"), FULL)).kind).toBe("unknown");
  });
});

describe("a sync that fails", () => {
  test("abandons the file before it gets a name", async () => {
    const { store, watched, path } = await openWatched();
    let failures = 1;
    watched.fault = ({ name, path: at }) =>
      name === "sync" && at.startsWith("_tmp/") && failures-- > 0
        ? { errno: "EIO", when: "before" }
        : undefined;
    await expect(store.create(KEY, bytesOf("x"), FULL)).rejects.toMatchObject({ code: "IO" });
    expect(watched.calls.filter((call) => call.startsWith("link"))).toEqual([]);
    expect(watched.calls.filter((call) => call.startsWith("sync _tmp"))).toHaveLength(1);
    expect(await readdir(join(path, "_tmp"))).toEqual([]);
    expect((await store.create(KEY, bytesOf("x"), FULL)).kind).toBe("created");
  });

  test("of a directory is never believed again", async () => {
    const { store, watched } = await openWatched();
    await store.create(key("tables/t/other"), bytesOf("x"), FULL);
    watched.fault = ({ name, path }) =>
      name === "sync" && path === "tables/t" ? { errno: "EIO", when: "before" } : undefined;
    expect((await store.create(KEY, bytesOf("x"), FULL)).kind).toBe("unknown");
    watched.fault = () => undefined;
    await expect(store.makeDurable(KEY)).rejects.toMatchObject({ code: "IO" });
    watched.forget();
    await expect(store.create(key("tables/t/next"), bytesOf("x"), FULL)).rejects.toMatchObject({
      code: "IO",
      message: expect.stringContaining("may have lost writes"),
    });
    expect(watched.calls).toEqual([]);
  });

  test("of a found object is never believed again", async () => {
    const { store, watched } = await openWatched();
    await store.create(KEY, bytesOf("x"), { durability: "process" });
    watched.fault = ({ name, path }) =>
      name === "sync" && path === KEY ? { errno: "EIO", when: "before" } : undefined;
    await expect(store.makeDurable(KEY)).rejects.toMatchObject({ code: "IO" });
    watched.fault = () => undefined;
    await expect(store.makeDurable(KEY)).rejects.toMatchObject({ code: "IO" });
  });
});

describe("writes", () => {
  test("go on when the file system takes less than all", async () => {
    const { store } = await openWatched({
      async open(path: string, mode: "create") {
        const file = await nodeFileSystem.open(path, mode);
        return {
          ...file,
          write: (bytes: Uint8Array, offset: number) =>
            file.write(bytes.subarray(0, offset + 1), offset),
        };
      },
    });
    const outcome = await store.create(KEY, bytesOf("byte by byte"), FULL);
    expect(outcome.kind).toBe("created");
    expect(await store.get(KEY, { sizeBytesMax: 100 })).toEqual(bytesOf("byte by byte"));
  });

  test("end with an error when the file system takes nothing", async () => {
    const { store, path } = await openWatched({
      open: async (at: string, mode: "create") => ({
        ...(await nodeFileSystem.open(at, mode)),
        write: async () => 0,
      }),
    });
    await expect(store.create(KEY, bytesOf("x"), FULL)).rejects.toMatchObject({ code: "IO" });
    expect(await readdir(join(path, "_tmp"))).toEqual([]);
  });
});

describe("files that are held open by something else", () => {
  test.each(["EBUSY", "EPERM", "EACCES"])("are tried again: %s", async (errno) => {
    const { store, watched } = await openWatched();
    let refusals = 3;
    watched.fault = ({ name }) =>
      (name === "rename" || name === "unlink") && refusals-- > 0
        ? { errno, when: "before" }
        : undefined;
    await store.replaceLease(key("_leases/l"), bytesOf("x"));
    refusals = 3;
    await store.removeUnreferenced([key("_leases/l")], 1);
    expect(await store.stat(key("_leases/l"))).toBeUndefined();
  });

  test("are given up on in the end, with the old content kept", async () => {
    const { store, watched, path } = await openWatched();
    await store.replaceLease(key("lease"), bytesOf("old"));
    watched.fault = ({ name }) =>
      name === "rename" ? { errno: "EBUSY", when: "before" } : undefined;
    watched.forget();
    await expect(store.replaceLease(key("lease"), bytesOf("new"))).rejects.toMatchObject({
      code: "IO",
      details: { errno: "EBUSY" },
    });
    expect(watched.calls.filter((call) => call === "rename lease")).toHaveLength(5);
    expect(await store.get(key("lease"), { sizeBytesMax: 9 })).toEqual(bytesOf("old"));
    expect(await readdir(join(path, "_tmp"))).toEqual([]);
  });
});
