/** The rows of `airport_balance` that follow from one day's flights. */
import type { RowInput } from "crv";
import { MINUTES_PER_DAY } from "./calendar.js";
import type { Airports } from "./flight-columns.js";
import type { DayFlights } from "./read-days.js";
import type { AIRPORT_BALANCE } from "./tables.js";

export type BalanceRow = RowInput<typeof AIRPORT_BALANCE>;

/** One row per airport that the day touches, by name. A delay counts where the flight departs. */
export function airportBalance({ day, flights }: DayFlights, airports: Airports): BalanceRow[] {
  const names = airports.names();
  const departures = new Int32Array(names.length);
  const arrivals = new Int32Array(names.length);
  const delayMinutes = new Int32Array(names.length);
  for (let i = 0; i < flights.minute.length; i++) {
    const origin = flights.origin[i] as number;
    const destination = flights.destination[i] as number;
    departures[origin] = (departures[origin] as number) + 1;
    arrivals[destination] = (arrivals[destination] as number) + 1;
    delayMinutes[origin] = (delayMinutes[origin] as number) + (flights.delay[i] as number);
  }
  return names
    .map((airport, code) => ({
      day_start: day * MINUTES_PER_DAY,
      airport,
      departures: departures[code] as number,
      arrivals: arrivals[code] as number,
      delay_minutes: delayMinutes[code] as number,
    }))
    .filter((row) => row.departures + row.arrivals > 0)
    .sort((a, b) => (a.airport < b.airport ? -1 : 1));
}
