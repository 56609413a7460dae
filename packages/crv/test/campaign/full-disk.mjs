/**
 * Goal: a disk that is full at any moment of a commit refuses the commit with a typed error, shows
 * nothing of it, and takes the next one when there is space again, without a restart of anything.
 *
 * Method: a process writes to three tables in one commit, again and again, while less and less may be
 * written. Two ways to make it so:
 *
 *   fileSizeLimit   the soft limit of `ulimit -f`, which the parent moves: every file that grows
 *                   beyond it is refused with EFBIG, in the middle of a write. Needs no rights. What it
 *                   does not show: that names, directories and removals need space, too
 *   smallDisk       a tmpfs that another file fills, ENOSPC. Only root may mount it
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openRun } from "crv";
import { AppenderProcess } from "./appender-process.mjs";

const execute = promisify(execFile);

/** How much room is left, in steps: from nothing to what a commit needs. */
const STEPS = 8;

/** Of a file: from less than a sidecar to more than a part and a record. */
const STEP_BYTES = 300;

const SMALL_DISK_BYTES = 4 * 1024 * 1024;

/**
 * @typedef {object} Limit
 * @property {string} errno that the file system answers with
 * @property {(step: number) => Promise<void>} set leaves so much room; 0 = none
 * @property {() => Promise<void>} lift
 */

/** @param {AppenderProcess} appender @returns {Limit} */
export function fileSizeLimit({ child }) {
  const set = (/** @type {string} */ soft) =>
    execute("prlimit", [`--pid=${child.pid}`, `--fsize=${soft}:unlimited`]);
  return {
    errno: "EFBIG",
    set: async (step) => void (await set(`${step * STEP_BYTES}`)),
    lift: async () => void (await set("unlimited")),
  };
}

/** @param {string} directory the mounted one @returns {Limit} */
export function smallDisk(directory) {
  const filler = join(directory, "filler");
  return {
    errno: "ENOSPC",
    async set(step) {
      await rm(filler, { force: true });
      const { bavail, bsize } = await statfs(directory);
      // A step is a page: a file takes one at least.
      await writeFile(filler, new Uint8Array(Math.max(0, bavail - step) * bsize));
    },
    lift: () => rm(filler, { force: true }),
  };
}

/**
 * Mounts a small disk, if this process may.
 * @param {string} directory an empty one
 * @returns {Promise<(() => Promise<void>) | string>} what unmounts it, or why there is none
 */
export async function mountSmallDisk(directory) {
  try {
    await execute("mount", ["-t", "tmpfs", "-o", `size=${SMALL_DISK_BYTES}`, "tmpfs", directory]);
    return async () => void (await execute("umount", [directory]));
  } catch (error) {
    return String(/** @type {{ stderr?: string }} */ (error).stderr || error).trim();
  }
}

/**
 * @param {string} root of a store that lies where the limit holds
 * @param {(appender: AppenderProcess) => Limit} limitOf
 * @returns {Promise<{ refused: number, committed: number }>}
 */
export async function surviveFullDisk(root, limitOf) {
  const appender = new AppenderProcess(root);
  const { errno, set, lift } = limitOf(appender);
  /** @type {number[]} */
  const committed = [];
  let refused = 0;
  let n = 0;
  const write = async () => {
    const answer = await appender.ask("write", ++n);
    if (answer.error === undefined) committed.push(n);
    return answer;
  };
  try {
    assert.equal((await write()).error, undefined);
    for (let step = 0; step < STEPS; step++) {
      await set(step);
      const { error } = await write();
      await lift();
      if (error) {
        refused++;
        assert.equal(error.action, "retry", `${error.name}: ${error.message}`);
        assert.match(error.message, /cannot \w+ .+: |did not confirm/, "it says what failed");
      }
      if (step === 0) assert.ok(error, `${errno}: nothing can be written, and it was committed`);
      const expected = [...committed];
      assert.deepEqual((await appender.ask("read")).value, [expected, expected, expected]);
      const next = await write();
      assert.equal(next.error, undefined, `there is room again: ${next.error?.message}`);
    }
    await appender.end();
    await checkNoTrace(root, committed.length);
    return { refused, committed: committed.length };
  } finally {
    appender.child.kill("SIGKILL");
  }
}

/**
 * No part but those of what was committed, nothing to roll back. A view that found no room is brought up
 * when the run is opened again.
 *
 * @param {string} root @param {number} commits
 */
async function checkNoTrace(root, commits) {
  const run = await openRun({ root, runId: "run" });
  try {
    const { rolledBack, left } = run.recovered;
    assert.deepEqual({ rolledBack, left }, { rolledBack: [], left: [] });
    const records = await run.log();
    assert.equal(records.filter(({ kind }) => kind === "data").length, commits);
    const files = await readdir(run.path, { recursive: true });
    assert.equal(files.filter((name) => name.endsWith(".parquet")).length, 3 * commits);
    assert.deepEqual(await readdir(join(run.path, "_recovery")), []);
    assert.deepEqual(await readdir(join(run.path, "_tmp")), []);
  } finally {
    await run.close();
  }
}
