/**
 * A process that commits to two tables of a run: `dying-writer.mjs <root> <run> <commits>`. At the next
 * commit it dies of SIGKILL, with its parts written and nothing published.
 */
import { defineTable, openRun } from "crv";

const [, , root = "", runId = "", commits = "0"] = process.argv;
const columns = /** @type {const} */ ({ tick: "i64", n: "i64" });
const events = defineTable({ name: "events", columns });
const copies = defineTable({ name: "copies", columns });
let commitsLeft = Number(commits);

const run = await openRun({
  root,
  runId,
  tables: [events, copies],
  onPhase: async ({ phase, when }) => {
    if (phase !== "publish" || when !== "before" || commitsLeft > 0) return;
    process.kill(process.pid, "SIGKILL");
    // The signal comes from outside: nothing more may happen until it does.
    await new Promise(() => {});
  },
});
for (let n = 0; ; n++) {
  await run.transaction(
    async (tx) => {
      // What was read must not move: the sidecar then names the version that it expects.
      await tx.scan(events).count();
      await tx.insert(events, [{ tick: n, n }]);
      await tx.insert(copies, [{ tick: n, n }]);
    },
    { actor: "simulator" },
  );
  commitsLeft--;
}
