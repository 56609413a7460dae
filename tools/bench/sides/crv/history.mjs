/**
 * Fixture: a run of so many one-row commits, each with a part of its own. Written without syncs,
 * which changes no byte of it.
 */
import { readFileSync } from "node:fs";
import { edgeOfCommit } from "../../edges.mjs";
import { openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, versions: number }} input */
export async function measure({ folder, versions }) {
  const run = await openBenchRun(folder, { durability: "process" });
  for (let i = 0; i < versions; i++) await run.append("edges", [edgeOfCommit(i)]);
  const [table] = await run.tables();
  await run.close();
  return { figures: { versions, partBytes: table?.bytes ?? 0, writtenBytes: writtenBytes() } };
}

/** Bytes that this process handed to the system; NaN, which is null in JSON, where it does not tell. */
function writtenBytes() {
  try {
    const [, bytes] = readFileSync("/proc/self/io", "utf8").match(/^wchar: (\d+)$/m) ?? [];
    return Number(bytes);
  } catch {
    return Number.NaN;
  }
}
