/** The plan of a range of ticks: cold, from before the run is open; and warm, again and again. */
import { median } from "simple-statistics";
import { timed } from "../../stopwatch.mjs";
import { openBenchRun } from "./bench-run.mjs";

const PARTS = 10;

/** @param {{ folder: string, versions: number, plans: number }} input */
export async function measure({ folder, versions, plans }) {
  const tickMin = Math.floor(versions / 2);
  const where = { tickMin, tickMax: tickMin + PARTS - 1 };
  const startedAt = performance.now();
  const run = await openBenchRun(folder, { mode: "readOnly" });
  const files = await run.scan("edges", { where }).files();
  const cold = performance.now() - startedAt;
  /** @type {number[]} */
  const warm = [];
  for (let i = 0; i < plans; i++) {
    warm.push(await timed(() => run.scan("edges", { where }).files()));
  }
  await run.close();
  return { figures: { cold, warm: median(warm) }, facts: { parts: files.length } };
}
