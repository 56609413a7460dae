/** The marker of a store is made once, and one that this release cannot read is refused. */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, parseRunId } from "@crv/core";
import { describe, expect, test } from "vitest";
import { openDirectoryStore, openStoreRoot } from "../../src/index.js";
import { openOptions, scratchDirectory } from "./scratch.js";
import { watchFileSystem } from "./watched-file-system.js";

let stores = 0;

function open(root: string, create = true) {
  const { random, clock } = openOptions(root);
  return openStoreRoot({ root, create, random, clock, newId: () => `store-${++stores}` });
}

describe("openStoreRoot", () => {
  test("makes the store and finds it again", async () => {
    const root = join(await scratchDirectory(), "deep/store");
    const made = await open(root);
    expect(await readFile(join(root, "crv.json"), "utf8")).toBe(
      `{"digest":"${await digestOf(Buffer.from(`{"format":1,"store_id":"${made.storeId}"}`))}","format":1,"store_id":"${made.storeId}"}\n`,
    );
    expect((await open(root)).storeId).toBe(made.storeId);
    expect((await open(root, false)).storeId).toBe(made.storeId);
  });

  test("gives all of several makers the same store", async () => {
    const root = await scratchDirectory();
    const opened = await Promise.all(Array.from({ length: 8 }, () => open(root)));
    expect(new Set(opened.map(({ storeId }) => storeId)).size).toBe(1);
  });

  test("syncs every directory that it made, from the top", async () => {
    const parent = await scratchDirectory();
    const watched = watchFileSystem(parent);
    const { fileSystem } = watched;
    const options = { ...openOptions(join(parent, "a/b")), root: join(parent, "a/b") };
    await openStoreRoot({ ...options, fileSystem, newId: () => "id" });
    const made = watched.calls.filter((call) => /^(mkdir|sync) (a|a\/b|\.)$/.test(call));
    expect(made.slice(0, 4)).toEqual(["mkdir a", "sync .", "mkdir a/b", "sync a"]);
  });

  test("makes a found marker durable before runs stand on it", async () => {
    const root = await scratchDirectory();
    await open(root);
    const watched = watchFileSystem(root);
    const options = { ...openOptions(root), root, fileSystem: watched.fileSystem };
    await openStoreRoot({ ...options, newId: () => "never used" });
    expect(watched.calls.filter((call) => call.startsWith("sync"))).toEqual([
      "sync ..",
      "sync crv.json",
      "sync .",
    ]);
  });

  test("says that there is no store and makes none", async () => {
    const root = await scratchDirectory();
    await expect(open(root, false)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(open(join(root, "absent"), false)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(readFile(join(root, "crv.json"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("refuses a format that this release does not read, naming it", async () => {
    const root = await scratchDirectory();
    await writeFile(join(root, "crv.json"), '{"format":7,"store_id":"x"}');
    await expect(open(root)).rejects.toMatchObject({
      name: "VersionMismatch",
      code: "FORMAT_UNSUPPORTED",
      details: { found: 7, supported: 1 },
    });
  });

  test.each(["", "{", "null", "[]", '{"format":"1"}', '{"format":1}', '{"store_id":"x"}'])(
    "refuses a damaged marker and leaves it: %j",
    async (text) => {
      const root = await scratchDirectory();
      await writeFile(join(root, "crv.json"), text);
      await expect(open(root)).rejects.toMatchObject({ code: "CORRUPT", name: "IoManifestError" });
      expect(await readFile(join(root, "crv.json"), "utf8")).toBe(text);
    },
  );

  test("finds any bit of the marker that is flipped", async () => {
    const root = await scratchDirectory();
    await open(root);
    const written = await readFile(join(root, "crv.json"));
    for (let bit = 0; bit < written.length * 8; bit++) {
      const bytes = Buffer.from(written);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      await writeFile(join(root, "crv.json"), bytes);
      await expect(open(root, false), `bit ${bit}`).rejects.toMatchObject({ code: "CORRUPT" });
    }
  });

  test("opens a store whose marker has no digest, and needs no white space", async () => {
    const root = await scratchDirectory();
    await writeFile(join(root, "crv.json"), '{ "store_id": "by hand", "format": 1 }');
    expect((await open(root)).storeId).toBe("by hand");
  });

  test("refuses a marker that is too large to be one", async () => {
    const root = await scratchDirectory();
    await writeFile(join(root, "crv.json"), " ".repeat(100_000));
    await expect(open(root)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  test("lists runs in byte order and nothing else", async () => {
    const root = await scratchDirectory();
    const store = await open(root);
    expect(await store.listRuns()).toEqual([]);
    for (const name of ["run_b", "run_a", "Run"]) {
      const path = store.runDirectory(parseRunId(name));
      expect(path).toBe(join(root, "runs", name));
      await (await openDirectoryStore(openOptions(path))).close();
    }
    await mkdir(join(root, "runs/no run"));
    await writeFile(join(root, "runs/file"), "");
    await symlink(join(root, "runs/run_a"), join(root, "runs/link"));
    expect(await store.listRuns()).toEqual(["Run", "run_a", "run_b"]);
  });

  test("gives no path outside of the store", async () => {
    const store = await open(await scratchDirectory());
    expect(() => store.runDirectory("../x" as never)).toThrow(/invalid run id/);
  });
});
