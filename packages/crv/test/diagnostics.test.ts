/** Goal: docs/diagnostics.md: what happens to a run is told, once, after it has happened. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRun } from "../src/index.js";
import { runPage } from "./support/page-example.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";
import { runWriter } from "./support/writer-process.js";

const CHANNELS = ["commit", "conflict", "unknown", "recovery", "maintenance"];
const RUN_ID = "run-1";
let told: Record<string, unknown>[] = [];
const listen = (message: unknown): void => void told.push(message as Record<string, unknown>);

beforeEach(() => {
  told = [];
  for (const name of CHANNELS) subscribe(`crv:${name}`, listen);
});
afterEach(() => {
  for (const name of CHANNELS) unsubscribe(`crv:${name}`, listen);
});

test("commits, conflicts and trims are told", async () => {
  const root = await scratchDirectory();
  await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
  const { path } = run;
  await run.append("flights", flightsFrom(0, 2), { actor: "a" });
  const [record] = await run.log();
  const operationId = record?.operations[0]?.id;
  const tables = ["flights"];
  const common = { runId: RUN_ID, path, tables };
  expect(told).toEqual([
    { kind: "commit", ...common, operationId, actor: "a", version: 1, duplicate: false },
  ]);
  await run.append("flights", []);
  expect(told).toHaveLength(1);

  const lost = run.transaction(async (tx) => {
    await tx.scan("flights").count();
    await run.append("flights", flightsFrom(2, 1));
    await tx.insert("flights", flightsFrom(3, 1));
  });
  await expect(lost).rejects.toMatchObject({ code: "CONFLICT" });
  expect(told.slice(1)).toMatchObject([
    { kind: "commit", version: 2 },
    { kind: "conflict", ...common, conflict: { kind: "ExpectedVersionMismatch", actual: 2 } },
  ]);

  for (let n = 0; n < 4; n++) await run.append("flights", flightsFrom(n, 1));
  const report = await run.trimLog({ keepVersions: 3 });
  expect(told.at(-1)).toEqual({
    kind: "maintenance",
    runId: RUN_ID,
    path,
    action: "trim_log",
    report,
  });
});

test("appends that go together are told one by one", async () => {
  const root = await scratchDirectory();
  await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
  await run.append("flights", flightsFrom(0, 1), { actor: "first" });
  const actors = ["a", "b", "c", "d", "e", "f"];
  await Promise.all(actors.map((actor, n) => run.append("flights", flightsFrom(n, 1), { actor })));
  const logged = (await run.log()).flatMap(({ version, operations }) =>
    operations.map(({ id, actor }) => ({ version, operationId: id, actor })),
  );
  const seen = told.map(({ version, operationId, actor }) => ({ version, operationId, actor }));
  expect(seen).toHaveLength(7);
  expect(seen).toEqual(expect.arrayContaining(logged));
});

test("the recovery of a writer that was killed is told", async () => {
  const root = await scratchDirectory();
  const options = { root, runId: RUN_ID, writer: "w", commits: 1, tables: "both" } as const;
  await runWriter({ ...options, killAt: "before-publish" });
  await using run = await openRun({ root, runId: RUN_ID });
  expect(run.recovered.rolledBack).toHaveLength(1);
  expect(told).toMatchObject([
    {
      kind: "recovery",
      runId: RUN_ID,
      version: 1,
      recovery: { kind: "RolledBack", forActor: "w" },
    },
  ]);
});

test("the example of docs/diagnostics.md runs, and prints what it shows", async () => {
  const { stdout, shown } = await runPage("docs/diagnostics.md", await scratchDirectory());
  expect(stdout).toBe(shown);
});
