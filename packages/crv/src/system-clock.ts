/** The system's clock. The one place, with system-random, where the product reads the world. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@crv/core";

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal && { signal });
  },
};
