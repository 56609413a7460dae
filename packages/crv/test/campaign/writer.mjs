/**
 * A process that writes to a run until it is killed. Its one argument is a `WriterOptions` of
 * writer-process.mjs as JSON. It starts when it is told "go", ends after the operations under way when
 * it is told "end", and at once when its parent is gone.
 *
 * Every operation that returned is printed as a line of JSON, a `Told`, before the next one begins.
 */
import { writeSync } from "node:fs";
import module from "node:module";
import { createInterface } from "node:readline";
import { seededRandom } from "@crv/storage-trait/testing";

// Most of a writer's short life is loading; Node 22 and later remember what was compiled.
/** @type {{ enableCompileCache?: () => void }} */ (module).enableCompileCache?.();
const { ConflictError, openRun, UnknownOutcomeError } = await import("crv");
const { drawOperation, OPERATIONS } = await import("./operations.mjs");
const { TABLES } = await import("./tables.mjs");

/** @type {import("./writer-process.mjs").WriterOptions} */
const options = JSON.parse(process.argv[2] ?? "{}");
const { writer, seed, operations, burst, reads, ...open } = options;

/** Versions that trimming keeps: more than are made between two looks at the log. */
const KEEP_VERSIONS = 300;

const random = seededRandom(seed);
let hasEnded = false;

const commands = createInterface(process.stdin);
await new Promise((resolve) => commands.once("line", resolve));
commands.on("line", () => {
  hasEnded = true;
});
commands.on("close", () => process.exit(3));

const run = await openRun({ ...open, tables: TABLES });
tell({ told: "opened", n: -1, ...countsOf(run.recovered) });
for (let n = 0; n < operations && !hasEnded; ) {
  const other = random.fraction();
  if (other < 0.03) {
    const { floor } = await run.trimLog({ keepVersions: KEEP_VERSIONS });
    tell({ told: "trimmed", n: -1, floor });
  } else if (other < 0.06) {
    const { recovered } = await run.refresh();
    tell({ told: "refreshed", n: -1, ...countsOf(recovered) });
  } else {
    // Some at once: appends of one process share a record, and what conflicts is refused.
    const count = other < 0.06 + burst ? 3 : 1;
    const drawn = Array.from({ length: count }, () => drawOperation(random, writer, n++, reads));
    await Promise.all(drawn.map(async (operation) => tell(await perform(operation))));
  }
}
await run.close();
process.exit(0);

/**
 * @param {import("./operations.mjs").Operation} operation
 * @returns {Promise<import("./writer-process.mjs").Told>}
 */
async function perform(operation) {
  const { kind, n } = operation;
  const write = { actor: writer, message: JSON.stringify(operation) };
  try {
    const { version, hasEffect } = await OPERATIONS[kind].perform(run, operation, write);
    return { told: hasEffect ? "committed" : "unchanged", n, kind, version };
  } catch (error) {
    if (error instanceof ConflictError)
      return { told: "refused", n, kind, conflict: error.conflict.kind };
    if (!(error instanceof UnknownOutcomeError)) throw error;
    const resolved = await run.resolve(error.operation);
    if (resolved.kind === "committed")
      return { told: "committed", n, kind, version: resolved.version };
    if (resolved.kind === "aborted") return { told: "refused", n, kind, conflict: "Aborted" };
    throw error;
  }
}

/** @param {{ rolledBack: readonly object[], rolledForward: readonly object[] }} recovered */
function countsOf({ rolledBack, rolledForward }) {
  return { rolledBack: rolledBack.length, rolledForward: rolledForward.length };
}

/** At once and whole: what follows may be killed. @param {object} told */
function tell(told) {
  writeSync(1, `${JSON.stringify(told)}\n`);
}
