import type { Liveness } from "@crv/storage-trait/liveness";
import { SimulatedClock } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import {
  checkLeaseMs,
  isLeaseOver,
  LEASE_MS,
  LEASE_MS_MAX,
  LEASE_MS_MIN,
  leaseDeadline,
  leaseRenewalAtMs,
} from "../src/index.js";
import { operationIdOf, sidecarOf } from "./sample.js";

const clockAt = (ms: number) => new SimulatedClock({ start: new Date(Date.UTC(2026, 0, 1) + ms) });
const owner = (answer: "alive" | "dead" | "unknown"): Liveness => ({
  self: () => Promise.reject(new Error("not asked")),
  probe: async () => answer,
});

const sidecar = sidecarOf(operationIdOf(1), { leaseDeadline: "2026-01-01T00:01:00.000Z" });

describe("leaseDeadline", () => {
  test("is a lease from now", () => {
    expect(LEASE_MS).toBe(60_000);
    expect(leaseDeadline(clockAt(0), LEASE_MS)).toBe("2026-01-01T00:01:00.000Z");
    expect(leaseDeadline(clockAt(0), 300)).toBe("2026-01-01T00:00:00.300Z");
  });

  test("is renewed when half of it is used up", () => {
    expect(leaseRenewalAtMs(clockAt(0), 300)).toBe(Date.UTC(2026, 0, 1) + 150);
  });
});

describe("checkLeaseMs", () => {
  test.each([LEASE_MS_MIN, LEASE_MS, LEASE_MS_MAX])("takes %d", (leaseMs) => {
    expect(() => checkLeaseMs(leaseMs)).not.toThrow();
  });

  test.each([LEASE_MS_MIN - 1, LEASE_MS_MAX + 1, 0, -1, 300.5, Number.NaN, "300", null])(
    "refuses %s, naming the bounds",
    (leaseMs) => {
      expect(() => checkLeaseMs(leaseMs)).toThrow(/from 100 to 86400000 \(got: /);
    },
  );
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
