/** Goal: a wait ends at once when something is told, after a second when nothing is, and early on abort. */
import { describe, expect, test } from "vitest";
import { LogWatch } from "../src/log-watch.js";

/** A clock of which a test ends the sleeps, and a directory of which it tells changes. */
function newWatch({ canWatch = true } = {}) {
  const sleeps: { readonly ms: number; readonly end: () => void }[] = [];
  let tell = (): void => {};
  let watches = 0;
  let stopped = 0;
  const watch = new LogWatch({
    clock: {
      now: () => new Date(0),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          sleeps.push({ ms, end: resolve });
          signal?.addEventListener("abort", () => reject(signal.reason));
        }),
    },
    watch: (onChange) => {
      watches += 1;
      if (!canWatch) return undefined;
      tell = onChange;
      return () => {
        stopped += 1;
      };
    },
  });
  return { watch, sleeps, tell: () => tell(), counts: () => ({ watches, stopped }) };
}

describe("a wait", () => {
  test("is of one second where nothing is told, and tries again to be told", async () => {
    const { watch, sleeps, counts } = newWatch({ canWatch: false });
    for (let n = 0; n < 3; n++) {
      const waiting = watch.wait(undefined);
      expect(sleeps[n]?.ms).toBe(1000);
      sleeps[n]?.end();
      await waiting;
    }
    expect(counts().watches).toBe(4);
  });

  test("ends when something is told, and so does the next one when that was before it", async () => {
    const { watch, sleeps, tell, counts } = newWatch();
    const waiting = watch.wait(undefined);
    tell();
    await waiting;
    tell();
    await watch.wait(undefined);
    expect(sleeps).toHaveLength(1);
    watch.close();
    expect(counts()).toEqual({ watches: 1, stopped: 1 });
  });

  test("ends when it is aborted", async () => {
    const { watch, sleeps } = newWatch();
    const controller = new AbortController();
    const waiting = watch.wait(controller.signal);
    controller.abort();
    await waiting;
    await watch.wait(controller.signal);
    expect(sleeps).toHaveLength(1);
  });
});
