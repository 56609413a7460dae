import { beforeAll, describe, expect, test } from "vitest";
import { airportBalance } from "../src/airport-balance.js";
import { sumSource } from "../src/day-sums.js";
import { flightBatch } from "../src/flight-batch.js";
import { Airports } from "../src/flight-columns.js";
import { type DayFlights, readDays } from "../src/read-days.js";
import { openSource, type SourceFile } from "../src/source-file.js";

/** Day 16 ends in the second row group, so these days need two of them. */
const range = { fromDay: 15, endDay: 18 };
const airports = new Airports();
const days: DayFlights[] = [];

beforeAll(async () => {
  for await (const day of readDays(await openSource(), airports, range)) days.push(day);
});

describe("readDays", () => {
  test("hands out each day once, in order", () => {
    expect(days.map(({ day }) => day)).toEqual([15, 16, 17]);
  });

  test("finds the flights and delays of a day that lies in two row groups", async () => {
    const expected = await sumSource(range.endDay);
    for (const { day, flights } of days) {
      expect(flights.minute.length).toBe(expected.rows[day]);
      expect(flights.delay.reduce((a, b) => a + b, 0)).toBe(expected.sums.get("delay")?.[day]);
    }
  });

  test("puts the flights of a day in order of time", () => {
    for (const { day, flights } of days) {
      expect(flights.minute).toEqual(flights.minute.slice().sort());
      expect(flights.minute[0]).toBeGreaterThanOrEqual(day * 1440);
      expect(flights.minute.at(-1)).toBeLessThan((day + 1) * 1440);
    }
  });

  test("refuses a file whose row groups do not follow each other in time", async () => {
    const source = await openSource();
    const [first, second, third] = source.groups;
    if (!first || !second || !third) throw new Error("needs three row groups");
    const swapped: SourceFile = { ...source, groups: [first, third, second] };
    const read = async () => {
      for await (const _ of readDays(swapped, new Airports(), { fromDay: 0, endDay: 182 }));
    };
    await expect(read()).rejects.toThrow("came twice");
  });
});

describe("airportBalance", () => {
  test("counts every flight once where it departs and once where it arrives", () => {
    for (const today of days) {
      const rows = airportBalance(today, airports);
      const sum = (name: "departures" | "arrivals" | "delay_minutes") =>
        rows.reduce((total, row) => total + Number(row[name]), 0);
      expect(sum("departures")).toBe(today.flights.minute.length);
      expect(sum("arrivals")).toBe(today.flights.minute.length);
      expect(sum("delay_minutes")).toBe(today.flights.delay.reduce((a, b) => a + b, 0));
    }
  });
});

describe("flightBatch", () => {
  test("holds minutes as int64 and airports by name", () => {
    const [today] = days;
    if (today === undefined) throw new Error("needs a day");
    const row = flightBatch(today.flights, airports).get(0)?.toJSON();
    const origin = airports.names()[today.flights.origin[0] ?? -1];
    expect(row).toMatchObject({ minute: BigInt(today.flights.minute[0] ?? -1), origin });
  });
});
