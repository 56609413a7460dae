/** Deep verification of a run, from the page cache. */
import { join } from "node:path";
import { verifyRun } from "crv";
import { readFiles } from "../../read-files.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { RUN_ID } from "./bench-run.mjs";

/** @param {{ folder: string }} input */
export async function measure({ folder }) {
  const bytes = await readFiles(join(folder, "runs"));
  /** @type {Awaited<ReturnType<typeof verifyRun>> | undefined} */
  let report;
  const ms = await timed(async () => {
    report = await verifyRun({ root: folder, runId: RUN_ID, deep: true });
  });
  const { parts = 0, members = 0 } = report?.checked ?? {};
  return {
    figures: { seconds: ms / 1000, rate: bytes / ms / 1000, memory: peakMemory() },
    facts: { files: parts + members, problems: report?.problemCount ?? Number.NaN },
  };
}
