/**
 * Goal: a disk that takes no more, or may not be written at all, is told of by a typed error; nothing
 * is half visible, and nothing is left behind.
 */
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppenderProcess } from "./campaign/appender-process.mjs";
import { fileSizeLimit, surviveFullDisk } from "./campaign/full-disk.mjs";
import { listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

describe("a full disk", () => {
  // Its method says what this shows of a full disk, and what it does not; `npm run campaign` fills one.
  test("in the middle of any file refuses the commit, and takes the next one", async () => {
    const root = join(await scratchDirectory(), "store");
    const { refused, committed } = await surviveFullDisk(root, fileSizeLimit);
    console.log(`file size limit: ${refused} refused, ${committed} committed`);
  });
});

/** Modes of all directories below `root`, and of itself. */
async function chmodDirectories(root: string, mode: number): Promise<void> {
  await chmod(root, mode);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries)
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), mode);
}

describe("a directory that may not be written", () => {
  test("refuses writers with what to do, still has readers, and keeps no trace", async () => {
    const root = await scratchDirectory();
    const appender = new AppenderProcess(root);
    onTestFinished(() => void appender.child.kill("SIGKILL"));
    expect(await appender.ask("write", 1)).toEqual({ value: 1 });
    await chmodDirectories(root, 0o555);
    await appender.ask("obeyModes");
    const before = await listTree(root);

    const write = await appender.ask("write", 2);
    const open = await appender.ask("open");
    const read = await appender.ask("read");
    const after = await listTree(root);
    await chmodDirectories(root, 0o755);

    expect(write.error).toMatchObject({ name: "IoError", code: "IO", action: "retry" });
    expect(write.error?.message).toMatch(/^cannot create .+: permission denied: check its owner/);
    expect(open.error).toMatchObject({ name: "IoError", code: "READ_ONLY", action: "fix-input" });
    expect(open.error?.message).toMatch(/EACCES.+readOnly.+owner and mode$/);
    expect(read).toEqual({ value: [[1], [1], [1]] });
    expect(after).toEqual(before);
    await appender.end();
  });
});
