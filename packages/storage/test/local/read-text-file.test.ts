import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTextFile, TEXT_FILE_BYTES_MAX } from "../../src/index.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-text-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("readTextFile", () => {
  test("gives the text, without a byte order mark, also through a link; undefined for no file", async () => {
    const path = join(directory, "crv.toml");
    expect(readTextFile(path)).toBeUndefined();
    expect(readTextFile(join(path, "below"))).toBeUndefined();
    await writeFile(path, "\ufeffä = 1\n");
    await symlink(path, join(directory, "link.toml"));
    expect(readTextFile(path)).toBe("ä = 1\n");
    expect(readTextFile(join(directory, "link.toml"))).toBe("ä = 1\n");
  });

  test("refuses what is no file, too large, or no UTF-8, and waits for no pipe", async () => {
    const code = (name: string, expected: string): void =>
      expect(() => readTextFile(join(directory, name))).toThrow(
        expect.objectContaining({ code: expected, message: expect.stringContaining(name) }),
      );
    await mkdir(join(directory, "folder"));
    code("folder", "INVALID_ARGUMENT");
    await writeFile(join(directory, "large"), new Uint8Array(TEXT_FILE_BYTES_MAX + 1));
    code("large", "LIMIT_EXCEEDED");
    await writeFile(join(directory, "latin"), new Uint8Array([0x66, 0xfc, 0x72]));
    code("latin", "INVALID_ARGUMENT");
    execFileSync("mkfifo", [join(directory, "pipe")]);
    code("pipe", "INVALID_ARGUMENT");
  });
});
