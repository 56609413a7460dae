/** Goal: docs/format/session.md: who has a run open, and what is said of it after that. */
import { parseSessionId, type SessionId, ulidSource } from "@crv/core";
import type { ProcessIdentity } from "@crv/storage-trait/liveness";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { beginSession, readRunStatus } from "../src/index.js";

const START = "2025-01-01T00:00:00.000Z";
const NEXT_DAY = "2025-01-02T00:00:01.000Z";

type State = "alive" | "dead" | "unknown";

/** A run, and processes of which a test says whether they live. */
function newRun() {
  const clock = { now: () => new Date(START), sleep: async () => {} };
  const store = new SimulatedDisk().process("p");
  let counter = 0;
  const random = {
    bytes: (count: number) => new Uint8Array(count).fill(counter),
    fraction: () => 0.5,
  };
  const mint = ulidSource(clock, random);
  const states = new Map<number, State>();
  const probe = async ({ pid }: ProcessIdentity): Promise<State> => states.get(pid) ?? "unknown";
  const begin = (pid: number, startedAt = START): Promise<() => Promise<void>> => {
    counter += 1;
    states.set(pid, "alive");
    const self = async () => ({ bootId: "b", pidNamespace: "n", pid, startedAt: "1" });
    const sessionId = parseSessionId(mint());
    return beginSession(
      { store, residual: store, liveness: { self, probe } },
      { sessionId, startedAt },
    );
  };
  const status = () =>
    readRunStatus(store, { self: () => Promise.reject(new Error("not asked")), probe });
  return { store, begin, status, states };
}

async function notesOf(store: ReturnType<typeof newRun>["store"]): Promise<number> {
  let count = 0;
  for await (const _ of store.list("_sessions/")) count += 1;
  return count;
}

describe("status", () => {
  test("of a run that nobody opened, that is open, that was closed", async () => {
    const run = newRun();
    expect(await run.status()).toBe("finished");
    const end = await run.begin(1);
    expect(await run.status()).toBe("running");
    await end();
    await end();
    expect(await run.status()).toBe("finished");
    expect(await notesOf(run.store)).toBe(0);
  });

  test.each([
    ["dead", "crashed"],
    ["unknown", "unknown"],
  ] as const)("of a process that is %s: %s, until another one opens the run", async (state, is) => {
    const run = newRun();
    await run.begin(1);
    run.states.set(1, state);
    expect(await run.status()).toBe(is);
    const end = await run.begin(2, NEXT_DAY);
    expect(await run.status()).toBe("running");
    await end();
    expect(await run.status()).toBe("finished");
  });

  test("keeps the note of a process that cannot be judged for a day", async () => {
    const run = newRun();
    await run.begin(1);
    run.states.set(1, "unknown");
    await (await run.begin(2))();
    expect(await run.status()).toBe("unknown");
  });

  test("is running while one of several lives", async () => {
    const run = newRun();
    const end = await run.begin(1);
    await run.begin(2);
    run.states.set(2, "dead");
    expect(await run.status()).toBe("running");
    await end();
    expect(await run.status()).toBe("crashed");
  });

  test("of a note that a loss of power has torn: crashed", async () => {
    const run = newRun();
    const sessionId = "01JGFJJZ00ABCDEFGHJKMNPQRS" as SessionId;
    const key = `_sessions/${sessionId}.json` as never;
    await run.store.create(key, new Uint8Array([123]), { durability: "process" });
    expect(await run.status()).toBe("crashed");
    await (await run.begin(1))();
    expect(await run.status()).toBe("finished");
  });
});
