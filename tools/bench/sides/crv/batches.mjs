/**
 * Fixture: a run of so many commits of so many rows each, every commit with a part of its own, as a
 * simulation leaves it that commits as it goes. Written without syncs, which changes no byte of it.
 */
import { edgeAt, TICKS } from "../../edges.mjs";
import { openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, parts: number, rows: number, buckets: number }} input rows of one part */
export async function measure({ folder, parts, rows, buckets }) {
  const run = await openBenchRun(folder, { durability: "process", bucketSize: TICKS / buckets });
  for (let part = 0; part < parts; part++) {
    const edges = Array.from({ length: rows }, (_, i) => edgeAt(part * rows + i, parts * rows));
    await run.append("edges", edges);
  }
  await run.close();
  return { figures: { parts } };
}
