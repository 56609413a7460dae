/** Goal: docs/following.md: every commit once, in order, without a gap, of any process, with its rows. */
import { describe, expect, test } from "vitest";
import { defineTable, type FollowedCommit, openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { runPage } from "./support/page-example.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";
import { WriterProcess } from "./support/writer-process.js";

const RUN_ID = "run-1";
const openFlights = (root: string) => openRun({ root, runId: RUN_ID, tables: [flights] });

/** The next commits of a following, which goes on. */
async function take(
  following: AsyncGenerator<FollowedCommit>,
  count: number,
): Promise<FollowedCommit[]> {
  const taken: FollowedCommit[] = [];
  while (taken.length < count) {
    const { value, done } = await following.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

describe("follow", () => {
  test("gives what is committed from a version on, then what comes", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    await run.append("flights", flightsFrom(0, 3));
    await run.append("flights", flightsFrom(3, 2));
    const following = run.follow({ fromVersion: 2 });
    const [second] = await take(following, 1);
    expect(second).toMatchObject({ version: 2, tables: ["flights"] });
    expect(await second?.rows("flights")).toEqual(flightsFrom(3, 2));
    const next = following.next();
    await run.append("flights", flightsFrom(5, 4));
    const third = (await next).value as FollowedCommit;
    expect(third.version).toBe(3);
    expect(await third.rows("flights")).toEqual(flightsFrom(5, 4));
    expect(third.rewrites("flights")).toBe(false);
    await following.return();
  });

  test("begins with a commit that comes after its call", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    await run.append("flights", flightsFrom(0, 1));
    const following = run.follow();
    let found: FollowedCommit | undefined;
    const next = following.next().then(({ value }) => {
      found = value as FollowedCommit;
    });
    for (let n = 1; found === undefined && n < 500; n++) {
      await run.append("flights", flightsFrom(n, 1));
    }
    await next;
    expect(found?.version).toBeGreaterThan(1);
    await following.return();
  });

  test("waits for a run that has no commit yet", async () => {
    const root = await scratchDirectory();
    await using writer = await openFlights(root);
    await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    const following = reader.follow({ fromVersion: 1 });
    const next = following.next();
    await writer.append("flights", flightsFrom(0, 2));
    const commit = (await next).value as FollowedCommit;
    expect(await commit.rows("flights")).toEqual(flightsFrom(0, 2));
    await following.return();
  });

  test("of one table leaves out the commits of others; of a later version the ones before", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    const following = run.follow({ table: "flights", fromVersion: 3 });
    const taken = take(following, 2);
    const holding = { tick: 0, agent_id: "A", token_id: "T", quantity: 1 };
    for (let n = 0; n < 3; n++) {
      await run.append("flights", flightsFrom(n, 1));
      await run.append("holdings", [holding]);
    }
    const commits = await taken;
    expect(commits.map(({ version }) => version)).toEqual([3, 5]);
    expect(await commits[0]?.rows("flights")).toEqual(flightsFrom(1, 1));
    expect(await commits[0]?.rows("holdings")).toEqual([]);
    await following.return();
  });

  test("tells rewritten rows from new ones, and reads rows that are gone since", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    await run.append("flights", flightsFrom(0, 3));
    await run.transaction((tx) => tx.delete("flights", { minute: 1 }));
    await run.transaction((tx) => tx.overwrite("flights", []));
    const following = run.follow({ fromVersion: 1 });
    const commits = await take(following, 3);
    expect(commits.map((commit) => commit.rewrites("flights"))).toEqual([false, true, true]);
    const rows = await Promise.all(commits.map((commit) => commit.rows("flights")));
    const [zero, , two] = flightsFrom(0, 3);
    expect(rows).toEqual([flightsFrom(0, 3), [zero, two], []]);
    await following.return();
  });

  test("gives a commit that merges small parts no rows", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    for (let n = 0; n < 4; n++) await run.append("flights", flightsFrom(n, 1));
    await run.optimize();
    const following = run.follow({ fromVersion: 5 });
    const [commit] = await take(following, 1);
    expect(commit?.record.kind).toBe("optimize");
    expect(commit?.rewrites("flights")).toBe(false);
    expect(await commit?.rows("flights")).toEqual([]);
    await following.return();
  });

  test("gives every commit of several processes once, in order", async () => {
    const root = await scratchDirectory();
    const columns = { tick: "i64", writer: "str", n: "i64" } as const;
    const tables = [defineTable({ name: "events", columns })];
    await using run = await openRun({ root, runId: RUN_ID, tables });
    const commits = 5;
    const writers = ["a", "b"].map(
      (writer) => new WriterProcess({ root, runId: RUN_ID, writer, commits, tables: "events" }),
    );
    const following = run.follow({ fromVersion: 1, table: "events" });
    for (const writer of writers) writer.go();
    const seen: string[] = [];
    let version = 0;
    while (seen.length < 2 * commits) {
      const commit = (await following.next()).value as FollowedCommit;
      expect(commit.version).toBeGreaterThan(version);
      version = commit.version;
      for (const row of await commit.rows("events")) seen.push(`${row.writer}${row.n}`);
    }
    await following.return();
    expect(seen.sort()).toEqual(["a", "b"].flatMap((w) => [0, 1, 2, 3, 4].map((n) => `${w}${n}`)));
  }, 60_000);

  test("ends when it is aborted, while it waits", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    const controller = new AbortController();
    const next = run.follow({ signal: controller.signal }).next();
    controller.abort(new Error("enough"));
    await refusal(() => next, { name: "IoError", code: "ABORTED", says: ["cancelled"] });
  });

  test("refuses what it cannot give", async () => {
    const root = await scratchDirectory();
    await using run = await openFlights(root);
    for (let n = 0; n < 6; n++) await run.append("flights", flightsFrom(n, 1));
    await run.trimLog({ keepVersions: 3 });
    await refusal(() => run.follow({ fromVersion: 1 }).next(), {
      name: "IoError",
      code: "NOT_FOUND",
      says: [],
    });
    await refusal(async () => run.follow({ from: 1 } as never), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["fromVersion"],
    });
    await using before = await run.at(5);
    await refusal(async () => before.follow(), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["never changes"],
    });
  });
});

test("the example of docs/following.md runs, and prints what it shows", async () => {
  const { stdout, shown } = await runPage("docs/following.md", await scratchDirectory());
  expect(stdout).toBe(shown);
});
