import { describe, expect, test } from "vitest";
import { Airports, indexOfMinute, mergeByTime, noFlights } from "../src/flight-columns.js";

/** Delay tells rows of one minute apart. */
const flightsAt = (...minutes: readonly number[]) => ({
  ...noFlights(),
  minute: Int32Array.from(minutes),
  delay: Int32Array.from(minutes.keys()),
  distance: new Int32Array(minutes.length),
  origin: new Int32Array(minutes.length),
  destination: new Int32Array(minutes.length),
});

describe("mergeByTime", () => {
  test("sorts by minute and keeps the order within one", () => {
    const merged = mergeByTime(flightsAt(5, 7), flightsAt(7, 1, 5));
    expect([...merged.minute]).toEqual([1, 5, 5, 7, 7]);
    expect([...merged.delay]).toEqual([1, 0, 2, 1, 0]);
  });
});

describe("indexOfMinute", () => {
  test("finds the first flight at or after a minute", () => {
    const flights = flightsAt(1, 5, 5, 7);
    expect([0, 1, 2, 5, 6, 7, 8].map((minute) => indexOfMinute(flights, minute))).toEqual([
      0, 0, 1, 1, 3, 3, 4,
    ]);
  });
});

describe("Airports", () => {
  test("gives one code per name", () => {
    const airports = new Airports();
    expect(["SFO", "JFK", "SFO"].map((name) => airports.codeOf(name))).toEqual([0, 1, 0]);
    expect(airports.names()).toEqual(["SFO", "JFK"]);
  });
});
