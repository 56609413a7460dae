/** Directories of single tests, removed again. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";

const made: string[] = [];

afterEach(async () => {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true });
});

/** An empty directory; its path has no symbolic links. */
export async function scratchDirectory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "crv-test-")));
  made.push(path);
  return path;
}
