/**
 * A process that writes to a recorder, step by step, until it is done or killed. Its one argument is a
 * `LoopOptions` of recorder.test.ts as JSON. Row `n` goes to both tables; after each step it prints how
 * many rows it has written to each. It does not close the recorder: it ends as it is.
 */
import { writeSync } from "node:fs";
import { defineTable, openRun } from "crv";

/** @type {import("../recorder.test.js").LoopOptions} */
const { root, runId, steps, stepRows, recorder: options } = JSON.parse(process.argv[2] ?? "{}");

const columns = /** @type {const} */ ({ tick: "i64", n: "i64" });
const events = defineTable({ name: "events", columns });
const copies = defineTable({ name: "copies", columns });

const run = await openRun({ root, runId, tables: [events, copies] });
const recorder = run.recorder(options);
let n = 0;
for (let tick = 0; tick < steps; tick++) {
  for (let row = 0; row < stepRows; row++) {
    recorder.write("events", { tick, n });
    recorder.write("copies", { tick, n });
    n += 1;
  }
  await recorder.ready();
  // At once and whole: what follows may be killed.
  writeSync(1, `${n}\n`);
}
