/**
 * A process that writes to a run until it is done or killed. Its one argument is a `WriterOptions` of
 * support/writer-process.ts as JSON. It starts when it is told "go", so that several can start at once,
 * and not when its parent is gone.
 *
 * Commit `n` adds the row `n` of this writer to both tables, or to `events` alone. Every commit that
 * returned is printed as a line of JSON, before the next one begins.
 */
import { writeSync } from "node:fs";
import { defineTable, openRun } from "crv";

/** @type {import("../support/writer-process.js").WriterOptions} */
const options = JSON.parse(process.argv[2] ?? "{}");
const { root, runId, writer, commits, killAt, operationId, tables } = options;

const columns = /** @type {const} */ ({ tick: "i64", writer: "str", n: "i64" });
const events = defineTable({ name: "events", columns });
const copies = defineTable({ name: "copies", columns });

let told = "";
for await (const piece of process.stdin) told += piece;
if (told !== "go") process.exit(1);

const run = await openRun({
  root,
  runId,
  tables: [events, copies],
  // Its phases and versions are those of its own commits.
  settings: { autoOptimize: false },
  onPhase: async ({ phase, when }) => {
    if (`${when}-${phase}` !== killAt) return;
    process.kill(process.pid, "SIGKILL");
    // The signal comes from outside: nothing more may happen until it does.
    await new Promise(() => {});
  },
});
for (let n = 0; n < commits; n++) {
  const row = { tick: n, writer, n };
  const write = { actor: writer, ...(operationId && { operationId }) };
  const { version } =
    tables === "both"
      ? await run.transaction(async (tx) => {
          await tx.insert(events, [row]);
          await tx.insert(copies, [row]);
        }, write)
      : await run.append(events, [row], write);
  // At once and whole: what follows may be killed.
  writeSync(1, `${JSON.stringify({ n, version })}\n`);
}
await run.close();
