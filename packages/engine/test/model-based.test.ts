/**
 * Goal: whatever is done to a run through what users touch, it is what the obvious model of it says: a
 * multiset of rows for each table and version.
 *
 * Method: random sequences of commands on two handles of one run, on the simulated disk: transactions
 * of inserts, merges, overwrites, updates, deletes and reads, which commit, throw or are cancelled;
 * appends and loads, also with a bad last row; appends that are under way together; another handle that commits in the middle; operation
 * ids that come again; processes that are opened anew, die, or lose power; log trimming; scans;
 * optimizing and cleanup; tags; a branch that is made, written, merged and deleted. After
 * each, both handles are held against the model: the log, the rows, counts and pins of the newest
 * version and of an older one, and what lies about. A failure is shrunk and prints its commands, and
 * the seed and path that replay it (`CRV_SEED`).
 *
 * Sampled; `CRV_PROOF=full` runs more.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { runModel } from "./support/model/run-model.js";
import { proofSize } from "./support/proof-size.js";

const SEED = Number(process.env["CRV_SEED"] ?? 1);
const KINDS = ["transaction", "load", "appends", "scan", "pinnedScan", "crash", "reopen", "trim"];
const HISTORY_KINDS = [
  "optimize",
  "cleanup",
  "tag",
  "untag",
  "branch",
  "branchWrite",
  "branchMerge",
];

describe("a run and its model", () => {
  test("agree after every command", async () => {
    const runs = proofSize(100, 5_000);
    const { versions, merges, kinds } = await runModel({ seed: SEED, runs, commandsMax: 16 });
    console.log(
      `${runs} sequences, ${versions} versions, ${merges} merges; ${JSON.stringify([...kinds])}`,
    );
    for (const kind of [...KINDS, ...HISTORY_KINDS])
      assert.ok(kinds.has(kind), `${kind} was tried`);
    assert.ok(merges > 5, "merges that changed main");
  }, 3_600_000);
});
