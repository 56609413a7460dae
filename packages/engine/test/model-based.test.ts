/**
 * Goal: whatever is done to a run through what users touch, it is what the obvious model of it says: a
 * multiset of rows for each table and version.
 *
 * Method: random sequences of commands on two handles of one run, on the simulated disk: transactions
 * of inserts, merges, overwrites, updates, deletes and reads, which commit, throw or are cancelled;
 * appends and loads, also with a bad last row; appends that are under way together; another handle that commits in the middle; operation
 * ids that come again; processes that are opened anew, die, or lose power; log trimming; scans. After
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

describe("a run and its model", () => {
  test("agree after every command", async () => {
    const runs = proofSize(100, 5_000);
    const { versions, kinds } = await runModel({ seed: SEED, runs, commandsMax: 16 });
    console.log(`${runs} sequences, ${versions} versions; ${JSON.stringify([...kinds])}`);
    for (const kind of KINDS) assert.ok(kinds.has(kind), `${kind} was tried`);
  }, 3_600_000);
});
