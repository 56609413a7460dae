import { describe, expect, test } from "vitest";
import { tickOf } from "../src/foreign/tick-clock.js";

const clock = { unit: "minute", originMs: Date.UTC(2001, 0, 1) } as const;
const origin = BigInt(clock.originMs) * 1000n;

describe("tickOf", () => {
  test.each([
    [0n, 0n],
    [59_999_999n, 0n],
    [60_000_000n, 1n],
    [-1n, -1n],
    [-60_000_000n, -1n],
    [-60_000_001n, -2n],
  ])("%d microseconds after the origin are minute %d", (micros, tick) => {
    expect(tickOf(origin + micros, clock)).toBe(tick);
  });
});
