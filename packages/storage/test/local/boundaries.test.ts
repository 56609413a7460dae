/** Nothing in a run's directory leads out of it, and what is not ours is left alone. */
import { execFileSync } from "node:child_process";
import {
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { SimulatedClock } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { nodeFileSystem, openDirectoryReader, openDirectoryStore } from "../../src/index.js";
import { bytesOf, FULL, key, openOptions, PROCESS, scratchDirectory } from "./scratch.js";
import { errnoError, watchFileSystem } from "./watched-file-system.js";

const ANY = { sizeBytesMax: 1 << 20 };
const CORRUPT = { code: "CORRUPT", message: expect.stringContaining("symbolic link") };

async function listed(store: { list(prefix: string): AsyncIterable<{ key: string }> }) {
  const keys: string[] = [];
  for await (const info of store.list("")) keys.push(info.key);
  return keys;
}

describe("symbolic links", () => {
  async function withOutside() {
    const [path, outside] = [await scratchDirectory(), await scratchDirectory()];
    await writeFile(join(outside, "secret"), "secret");
    const store = await openDirectoryStore(openOptions(path));
    return { path, outside, store };
  }

  test("in the place of a file are not followed", async () => {
    const { path, outside, store } = await withOutside();
    await mkdir(join(path, "tables"));
    await symlink(join(outside, "secret"), join(path, "tables/part"));
    const part = key("tables/part");
    await expect(store.get(part, ANY)).rejects.toMatchObject(CORRUPT);
    await expect(store.stat(part)).rejects.toMatchObject(CORRUPT);
    await expect(store.makeDurable(part)).rejects.toMatchObject(CORRUPT);
    expect(await store.create(part, bytesOf("x"), FULL)).toEqual({ kind: "exists" });
    expect(await listed(store)).toEqual([]);
    await store.replaceLease(part, bytesOf("ours"));
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    expect(await readFile(join(path, "tables/part"), "utf8")).toBe("ours");
  });

  test("in the place of a directory are not entered", async () => {
    const { path, outside, store } = await withOutside();
    await symlink(outside, join(path, "tables"));
    const secret = key("tables/secret");
    await expect(store.get(secret, ANY)).rejects.toMatchObject(CORRUPT);
    await expect(store.stat(secret)).rejects.toMatchObject(CORRUPT);
    await expect(store.makeDurable(secret)).rejects.toMatchObject(CORRUPT);
    await expect(store.create(key("tables/new"), bytesOf("x"), FULL)).rejects.toMatchObject(
      CORRUPT,
    );
    await expect(store.replaceHint(secret, bytesOf("x"))).rejects.toMatchObject(CORRUPT);
    await expect(store.replaceView(secret, 1, bytesOf("x"))).rejects.toMatchObject(CORRUPT);
    await expect(store.removeUnreferenced([secret], 1)).rejects.toMatchObject(CORRUPT);
    expect(await listed(store)).toEqual([]);
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  test("in the place of the staging directory are refused at open", async () => {
    const [path, outside] = [await scratchDirectory(), await scratchDirectory()];
    await symlink(outside, join(path, "_tmp"));
    await expect(openDirectoryStore(openOptions(path))).rejects.toMatchObject(CORRUPT);
    expect(await readdir(outside)).toEqual([]);
  });

  test("that lead to the run are followed once, at open", async () => {
    const { path, outside, store } = await withOutside();
    await store.create(key("a"), bytesOf("a"), FULL);
    await symlink(path, join(outside, "run"));
    const reader = await openDirectoryReader({ path: join(outside, "run") });
    expect(await reader.get(key("a"), ANY)).toEqual(bytesOf("a"));
    expect(reader.location(key("a"))).toBe(join(path, "a"));
  });
});

describe("things that are not ours", () => {
  test("are not listed when their names are no keys", async () => {
    const path = await scratchDirectory();
    const store = await openDirectoryStore(openOptions(path));
    await store.create(key("a"), bytesOf("a"), FULL);
    for (const name of ["with space", "trailing.", "tables?", "ünicode"]) {
      await writeFile(join(path, name), "foreign");
      await mkdir(join(path, `${name} directory`));
      await writeFile(join(path, `${name} directory`, "a"), "foreign");
    }
    expect(await listed(store)).toEqual(["a"]);
  });

  test.skipIf(process.platform === "win32")("do not stop a reader: a named pipe", async () => {
    const path = await scratchDirectory();
    const store = await openDirectoryStore(openOptions(path));
    execFileSync("mkfifo", [join(path, "pipe")]);
    expect(await store.get(key("pipe"), ANY)).toBeUndefined();
    expect(await store.stat(key("pipe"))).toBeUndefined();
    expect(await listed(store)).toEqual([]);
  });

  test("give a typed error in the place of a directory", async () => {
    const path = await scratchDirectory();
    const store = await openDirectoryStore(openOptions(path));
    await writeFile(join(path, "tables"), "a file");
    await expect(store.create(key("tables/t/a"), bytesOf("x"), FULL)).rejects.toMatchObject({
      code: "IO",
      message: expect.stringContaining("is not a directory"),
    });
  });
});

describe("the staging directory", () => {
  test("is swept of old files at open, and of old files only", async () => {
    const path = await scratchDirectory();
    const now = new Date("2026-06-01T12:00:00Z");
    const options = { ...openOptions(path), clock: new SimulatedClock({ start: now }) };
    await (await openDirectoryStore(options)).close();
    const hoursAgo = { old: 25, young: 23, future: -5 };
    for (const [name, hours] of Object.entries(hoursAgo)) {
      const at = join(path, "_tmp", name);
      await writeFile(at, "");
      const time = new Date(now.getTime() - hours * 3_600_000);
      await utimes(at, time, time);
    }
    await (await openDirectoryStore(options)).close();
    expect((await readdir(join(path, "_tmp"))).sort()).toEqual(["future", "young"]);
  });
});

describe("a directory that something else removed", () => {
  test("is made again by the write after the one that found out", async () => {
    const path = await scratchDirectory();
    const store = await openDirectoryStore(openOptions(path));
    await store.create(key("tables/t/a"), bytesOf("a"), FULL);
    for (const gone of ["_tmp", "tables"]) {
      await rm(join(path, gone), { recursive: true });
      const refused = store.create(key("tables/t/b"), bytesOf("b"), FULL);
      await expect(refused).rejects.toMatchObject({ code: "IO", details: { errno: "ENOENT" } });
      const outcome = await store.create(key(`tables/t/after-${gone}`), bytesOf("b"), FULL);
      expect(outcome.kind).toBe("created");
    }
  });
});

describe("openDirectoryReader", () => {
  test("makes nothing, not even by reading", async () => {
    const path = await scratchDirectory();
    const watched = watchFileSystem(path);
    const reader = await openDirectoryReader({ path, fileSystem: watched.fileSystem });
    await reader.get(key("_log/x"), ANY);
    await reader.stat(key("_log/x"));
    expect(await listed(reader)).toEqual([]);
    expect(await readdir(path)).toEqual([]);
    for (const verb of ["create", "makeDurable", "replaceView", "removeStaged"]) {
      expect(reader).not.toHaveProperty(verb);
    }
    const changing = /^(open (create|sync|directory)|link|unlink|rename|mkdir|sync|write) /;
    expect(watched.calls.filter((call) => changing.test(call))).toEqual([]);
  });

  test("says that the directory is absent and makes none", async () => {
    const path = join(await scratchDirectory(), "absent");
    await expect(openDirectoryReader({ path })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const absent = openDirectoryStore({ ...openOptions(path), create: false });
    await expect(absent).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(readdir(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("refuses a file", async () => {
    const path = join(await scratchDirectory(), "file");
    await writeFile(path, "");
    await expect(openDirectoryReader({ path })).rejects.toMatchObject({ code: "IO" });
  });

  test("says that an object was cut off while it was read", async () => {
    const path = await scratchDirectory();
    await writeFile(join(path, "a"), "0123456789");
    const { fileSystem } = watchFileSystem(path, {
      async open(at, mode) {
        const file = await nodeFileSystem.open(at, mode);
        const read = async (...args: Parameters<typeof file.read>) => {
          await truncate(at, 5);
          return file.read(...args);
        };
        return { ...file, read };
      },
    });
    const reader = await openDirectoryReader({ path, fileSystem });
    await expect(reader.get(key("a"), ANY)).rejects.toMatchObject({ code: "CORRUPT" });
  });
});

describe("open files", () => {
  test("stay few, however much is asked at once", async () => {
    const path = await scratchDirectory();
    let [open, openMax] = [0, 0];
    const { fileSystem } = watchFileSystem(path, {
      async open(at, mode) {
        const file = await nodeFileSystem.open(at, mode);
        openMax = Math.max(openMax, ++open);
        const close = async () => {
          open--;
          await file.close();
        };
        return { ...file, close };
      },
    });
    const store = await openDirectoryStore({ ...openOptions(path), fileSystem });
    const keys = Array.from({ length: 300 }, (_, i) => key(`k${i}`));
    await Promise.all(keys.map((at) => store.create(at, bytesOf("x"), PROCESS)));
    await Promise.all(keys.map((at) => store.get(at, ANY)));
    expect(open).toBe(0);
    expect(openMax).toBeLessThanOrEqual(64);
  });
});

describe("opening what cannot be written", () => {
  test.each(["EROFS", "EACCES"])("is READ_ONLY: %s", async (errno) => {
    const path = await scratchDirectory();
    const refuse = () => Promise.reject(errnoError(errno));
    const { fileSystem } = watchFileSystem(path, { mkdir: refuse });
    await expect(openDirectoryStore({ ...openOptions(path), fileSystem })).rejects.toMatchObject({
      code: "READ_ONLY",
      details: { path, errno },
    });
  });
});
