/**
 * What a run must hold: the fold of the messages in its log, against what writers were told. Names of
 * guarantees are those of docs/guarantees.md.
 */
import assert from "node:assert/strict";
import { recoveriesOf } from "crv";
import { OPERATIONS } from "./operations.mjs";

/** @typedef {import("crv").CommitRecord} CommitRecord */
/** @typedef {import("./writer-process.mjs").WriterProcess} WriterProcess */

/** Operations that a writer has under way at most: what it was not told of. */
const UNDER_WAY_MAX = 3;

export class History {
  /** @type {import("./operations.mjs").Contents} */
  contents = new Map();
  version = 0;
  /** Parts that any version named. @type {Set<string>} */
  named = new Set();
  /** Kind of each recovery, by operation. @type {Map<string, "RolledBack" | "RolledForward">} */
  recoveries = new Map();
  /** Version of each operation that landed, by writer and number. @type {Map<string, number>} */
  #landed = new Map();
  /** @type {Set<string>} */
  #refused = new Set();
  /** Writers that died or stood still: only theirs may be recovered. @type {Set<string>} */
  #suspects = new Set();

  /** @param {string} writer */
  suspect(writer) {
    this.#suspects.add(writer);
  }

  /** Takes the records after those that it knows, oldest first. @param {readonly CommitRecord[]} records */
  follow(records) {
    for (const record of records) {
      assert.equal(record.version, this.version + 1, "I4: versions have no holes");
      this.version = record.version;
      for (const { add } of record.tables.values())
        for (const { path } of add) this.named.add(path);
      for (const { kind, message } of record.operations)
        if (kind !== "recovery" && kind !== "optimize") this.#land(JSON.parse(message ?? ""));
      for (const { operationId, kind, forActor } of recoveriesOf(record)) {
        assert.ok(!this.recoveries.has(operationId), `I8: ${operationId} is audited twice`);
        assert.ok(
          // Whose automatic optimizing it was, is not known.
          forActor === "crv:optimize" || this.#suspects.has(forActor ?? ""),
          `I8: an operation of ${forActor}, which is alive, was recovered`,
        );
        assert.equal(kind === "RolledBack", record.aborts.includes(operationId));
        this.recoveries.set(operationId, kind);
      }
    }
  }

  /** I1, I3: what a writer was told is so. Returns how many landed without its being told. */
  hear(/** @type {WriterProcess} */ { writer, operations }) {
    const known = new Set();
    for (const { told, n, version } of operations) {
      const key = `${writer} ${n}`;
      known.add(key);
      if (told === "committed") {
        assert.equal(this.#landed.get(key), version, `I1: ${key} was acknowledged at ${version}`);
      } else {
        this.#refused.add(key);
        assert.ok(!this.#landed.has(key), `I3: ${key} was ${told} and landed`);
      }
    }
    const untold = [...this.#landed.keys()].filter(
      (key) => key.startsWith(`${writer} `) && !known.has(key),
    );
    assert.ok(untold.length <= UNDER_WAY_MAX, `${untold} landed, and nobody was told`);
    return untold.length;
  }

  /** @param {import("./operations.mjs").Operation} operation */
  #land(operation) {
    const key = `${operation.writer} ${operation.n}`;
    assert.ok(!this.#landed.has(key), `I5: ${key} is committed twice`);
    assert.ok(!this.#refused.has(key), `I3: ${key} was refused and landed later`);
    this.#landed.set(key, this.version);
    OPERATIONS[operation.kind]?.apply(this.contents, operation);
  }
}
