/** A file system that lacks what commits need is refused at open, by name, before it does harm. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FileSystem, nodeFileSystem, openDirectoryStore } from "../../src/index.js";
import { openOptions, scratchDirectory } from "./scratch.js";
import { errnoError, watchFileSystem } from "./watched-file-system.js";

const LACKING: Readonly<Record<string, Partial<FileSystem>>> = {
  "hard links": { link: () => Promise.reject(errnoError("EPERM")) },
  "links that fail when the name is taken": {
    link: (from, to) =>
      nodeFileSystem.link(from, to).catch((error) => {
        if (error.code !== "EEXIST") throw error;
      }),
  },
  "one identity for all names of a file": {
    status: async (path) => ({ ...(await nodeFileSystem.status(path)), identity: path }),
  },
  "renames that replace": { rename: async () => {} },
  "sync of directories": {
    open: (path, mode) =>
      mode === "directory" && path.endsWith("_tmp")
        ? Promise.reject(errnoError("EINVAL"))
        : nodeFileSystem.open(path, mode),
  },
};

describe("the probe at open", () => {
  for (const [missing, changes] of Object.entries(LACKING)) {
    test(`refuses a file system without ${missing}`, async () => {
      const path = await scratchDirectory();
      const { fileSystem } = watchFileSystem(path, changes);
      await expect(openDirectoryStore({ ...openOptions(path), fileSystem })).rejects.toMatchObject({
        name: "IoError",
        code: "UNSUPPORTED_FILESYSTEM",
        details: { missing, path: expect.stringContaining(path) },
        message: expect.stringContaining(missing),
      });
    });
  }

  test("asks for no sync of directories where nothing is synced", async () => {
    const path = await scratchDirectory();
    const { fileSystem } = watchFileSystem(path, LACKING["sync of directories"]);
    const options = { ...openOptions(path), fileSystem, durability: "process" } as const;
    await (await openDirectoryStore(options)).close();
  });

  test("leaves nothing behind, also when it fails at any call", async () => {
    const calls = await probe(() => undefined);
    for (let at = 1; at <= calls; at++) {
      await probe((number) => (number === at ? "EIO" : undefined));
    }
  });
});

/** Opens with one call failing. @returns number of calls. */
async function probe(errnoAt: (number: number) => string | undefined): Promise<number> {
  const path = await scratchDirectory();
  const watched = watchFileSystem(path);
  watched.fault = ({ number, name }) => {
    const errno = name === "unlink" ? undefined : errnoAt(number);
    return errno === undefined ? undefined : { errno, when: "before" };
  };
  const { fileSystem } = watched;
  await openDirectoryStore({ ...openOptions(path), fileSystem }).catch((error) => {
    expect(error).toMatchObject({ code: "IO" });
  });
  expect(await readdir(join(path, "_tmp")).catch(() => [])).toEqual([]);
  return watched.calls.length;
}
