/**
 * Fixture: a run and a branch of it that both went on. By key: each changed some of the rows that were
 * there, not the same ones, all over the table, and the branch added as many. By parts: each appended.
 * Written without syncs, which changes no byte of it.
 */
import { BRANCH, openMergeRun, rowAt, ticksOf } from "./merge-tables.mjs";

/** @typedef {{ isKeyed: boolean, rows: number, buckets: number, changed: number, commits: number }} Diverged */

/** @param {Diverged & { folder: string }} input */
export async function measure({ folder, ...input }) {
  const table = { isKeyed: input.isKeyed, bucketSize: bucketSizeOf(input) };
  const open = (/** @type {string | undefined} */ branch) =>
    openMergeRun(folder, { ...table, durability: "process", ...(branch && { branch }) });
  const main = await open(undefined);
  const { rows } = input;
  await main.append("edges", rowsOf(rows, rowAt));
  await main.createBranch(BRANCH);
  const branch = await open(BRANCH);
  await (input.isKeyed ? divergeByKey(main, branch, input) : divergeByParts(main, branch, input));
  await branch.close();
  await main.close();
  return { figures: { rows } };
}

/** @param {Pick<Diverged, "rows" | "buckets">} input */
export function bucketSizeOf({ rows, buckets }) {
  return ticksOf(rows) / buckets;
}

/** @typedef {Awaited<ReturnType<typeof openMergeRun>>} Run @param {Run} main @param {Run} branch @param {Diverged} input */
async function divergeByKey(main, branch, { rows, changed }) {
  const every = Math.floor(rows / changed);
  await main.transaction((tx) =>
    tx.merge(
      "edges",
      rowsOf(changed, (i) => rowAt(i * every, 1)),
    ),
  );
  await branch.transaction((tx) =>
    tx.merge("edges", [
      ...rowsOf(changed, (i) => rowAt(i * every + 1, 2)),
      ...rowsOf(changed, (i) => rowAt(rows + i)),
    ]),
  );
}

/** @param {Run} main @param {Run} branch @param {Diverged} input */
async function divergeByParts(main, branch, { rows, changed, commits }) {
  const each = changed / commits;
  await main.append(
    "edges",
    rowsOf(each, (i) => rowAt(i, 1)),
  );
  for (let commit = 0; commit < commits; commit++) {
    await branch.append(
      "edges",
      rowsOf(each, (i) => rowAt(rows + commit * each + i)),
    );
  }
}

/** @template T @param {number} length @param {(i: number) => T} at */
const rowsOf = (length, at) => Array.from({ length }, (_, i) => at(i));
