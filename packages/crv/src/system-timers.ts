/** The system's event loop. */
import { setImmediate } from "node:timers/promises";
import type { Timers } from "@crv/core";

export const systemTimers: Timers = {
  after: (ms, call) => {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
  turn: () => setImmediate(),
};
