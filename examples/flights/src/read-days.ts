/**
 * Splits the flights file into days, reading one row group at a time: a day is complete when the
 * next row group begins on a later one.
 */
import { dayOf, formatDay, MINUTES_PER_DAY } from "./calendar.js";
import {
  type Airports,
  type FlightColumns,
  indexOfMinute,
  mergeByTime,
  noFlights,
  sliceFlights,
} from "./flight-columns.js";
import { readFlights, type SourceFile } from "./source-file.js";

export interface DayFlights {
  readonly day: number;
  /** In order of time. */
  readonly flights: FlightColumns;
}

/** Days `[fromDay, endDay)`. */
export interface DayRange {
  readonly fromDay: number;
  readonly endDay: number;
}

/**
 * The days of `range` that have flights, in order.
 *
 * @throws Error when a row group holds flights of a day that an earlier one had completed.
 */
export async function* readDays(
  source: SourceFile,
  airports: Airports,
  { fromDay, endDay }: DayRange,
): AsyncGenerator<DayFlights> {
  let day = fromDay;
  let pending = noFlights();
  for (const [index, group] of source.groups.entries()) {
    if (dayOf(group.minuteMax) < fromDay) continue;
    pending = mergeByTime(pending, await readFlights(source, group, airports));
    const start = indexOfMinute(pending, day * MINUTES_PER_DAY);
    if (start > 0 && day > fromDay) {
      throw new Error(`the flights file is not in order of time: ${formatDay(day - 1)} came twice`);
    }
    pending = sliceFlights(pending, start);

    const next = source.groups[index + 1];
    const completeDays = next === undefined ? endDay : Math.min(dayOf(next.minuteMin), endDay);
    for (; day < completeDays; day++) {
      const end = indexOfMinute(pending, (day + 1) * MINUTES_PER_DAY);
      const flights = sliceFlights(pending, 0, end);
      pending = sliceFlights(pending, end);
      if (flights.minute.length > 0) yield { day, flights };
    }
    if (day >= endDay) return;
  }
}
