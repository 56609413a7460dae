/**
 * Fixture: so many operations that a writer had staged, and not published, when it died. Each left a
 * sidecar and a part.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { edgeOfCommit } from "../../edges.mjs";
import { openBenchRun, RUN_ID } from "./bench-run.mjs";

/** @param {{ folder: string, operations: number }} input */
export async function measure({ folder, operations }) {
  const writer = [fileURLToPath(import.meta.url), folder, String(operations)];
  spawnSync(process.execPath, writer, { stdio: ["ignore", "inherit", "inherit"] });
  const sidecars = readdirSync(join(folder, "runs", RUN_ID, "_recovery")).length;
  if (sidecars !== operations) throw new Error(`${sidecars} sidecars instead of ${operations}`);
  return { figures: { sidecars } };
}

/** The writer: it stands still before each publish, and is killed when all stand there. */
async function stageAndDie(/** @type {string} */ folder, /** @type {number} */ operations) {
  let staged = 0;
  const run = await openBenchRun(folder, {
    onPhase: ({ phase, when }) => {
      if (phase !== "publish" || when !== "before") return;
      staged += 1;
      if (staged === operations) process.kill(process.pid, "SIGKILL");
      return new Promise(() => {});
    },
  });
  await Promise.all(
    Array.from({ length: operations }, (_, i) => run.append("edges", [edgeOfCommit(i)])),
  );
}

const [, , folder, operations] = process.argv;
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await stageAndDie(folder ?? "", Number(operations));
}
