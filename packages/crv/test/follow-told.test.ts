/**
 * Goal: commits are seen because the system tells of them, on a branch as on main.
 * Method: the sleep between two looks at the log never ends by itself. For systems that tell.
 */
import { expect, test, vi } from "vitest";
import { openRun } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

vi.mock("../src/system-clock.js", () => ({
  systemClock: {
    now: () => new Date(),
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason)),
      ),
  },
}));

test.runIf(process.platform === "linux").each(["main", "what_if"])(
  "a following of %s hears of commits",
  async (branch) => {
    const root = await scratchDirectory();
    await using main = await openRun({ root, runId: "r", tables: [flights] });
    await main.append("flights", flightsFrom(0, 1));
    await main.createBranch("what_if");
    await using writer = await openRun({ root, runId: "r", tables: [flights], branch });
    // The first commit to a branch makes the directory that is watched.
    await writer.append("flights", flightsFrom(1, 1));
    await using reader = await openRun({ root, runId: "r", branch, mode: "readOnly" });
    const following = reader.follow({ fromVersion: writer.version + 1 });
    let waiting = following.next();
    for (let n = 2; n < 5; n++) {
      await writer.append("flights", flightsFrom(n, 1));
      const { value } = await waiting;
      expect(await value?.rows("flights")).toEqual(flightsFrom(n, 1));
      waiting = following.next();
    }
    await writer.append("flights", flightsFrom(5, 1));
    await waiting;
    await following.return();
  },
);
