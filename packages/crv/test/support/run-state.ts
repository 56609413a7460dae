/** Everything that a refused call must leave as it was. */
import { expect } from "vitest";
import type { Run } from "../../src/index.js";
import { listFiles } from "./listing.js";

export interface SeenRun {
  readonly version: number;
  readonly tables: Awaited<ReturnType<Run["tables"]>>;
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, readonly object[]>>;
  readonly objects: readonly string[];
}

/** What a reader sees of a run and what lies in its directory. */
export async function lookAt(run: Run): Promise<SeenRun> {
  const tables = await run.tables();
  const rows: Record<string, readonly object[]> = {};
  for (const { table } of tables) rows[table] = await run.scan(table).toRows({ int64: "bigint" });
  return { version: run.version, tables, rows, objects: await listFiles(run.path) };
}

/** Runs `work`, then checks that the run is as it was, and can be read. */
export async function expectUnchanged(run: Run, work: () => Promise<unknown>): Promise<void> {
  const before = await lookAt(run);
  await work();
  expect(await lookAt(run)).toEqual(before);
}
