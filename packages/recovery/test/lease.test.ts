import type { Liveness } from "@crv/storage-trait/liveness";
import { SimulatedClock } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { isLeaseOver, LEASE_MS, LEASE_RENEWAL_MS, leaseDeadline } from "../src/index.js";
import { operationIdOf, sidecarOf } from "./sample.js";

const clockAt = (ms: number) => new SimulatedClock({ start: new Date(Date.UTC(2026, 0, 1) + ms) });
const owner = (answer: "alive" | "dead" | "unknown"): Liveness => ({
  self: () => Promise.reject(new Error("not asked")),
  probe: async () => answer,
});

const sidecar = sidecarOf(operationIdOf(1), { leaseDeadline: "2026-01-01T00:01:00.000Z" });

describe("leaseDeadline", () => {
  test("is a lease from now", () => {
    expect(leaseDeadline(clockAt(0))).toBe("2026-01-01T00:01:00.000Z");
    expect(LEASE_MS).toBe(60_000);
    expect(LEASE_RENEWAL_MS).toBeLessThan(LEASE_MS);
  });
});

describe("isLeaseOver", () => {
  test.each([
    ["alive", 0, false],
    ["unknown", 0, false],
    ["dead", 0, true],
    ["alive", 59_999, false],
    ["unknown", 59_999, false],
    ["alive", 60_000, true], // it may be stopped for ever; fencing makes that safe
    ["unknown", 60_000, true],
    ["dead", 60_000, true],
    ["alive", -86_400_000, false], // the clock went back: recovery waits, nothing is lost
  ] as const)("of an owner that is %s, %i ms after the start: %s", async (answer, ms, over) => {
    expect(await isLeaseOver(sidecar, owner(answer), clockAt(ms))).toBe(over);
  });

  test("does not ask for an owner whose lease has run out anyway", async () => {
    const silent: Liveness = { ...owner("dead"), probe: () => Promise.reject(new Error("asked")) };
    expect(await isLeaseOver(sidecar, silent, clockAt(60_000))).toBe(true);
  });
});
