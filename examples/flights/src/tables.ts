/** The two tables that every commit of the replay changes together. */
import { defineTable } from "crv";
import { MINUTES_PER_DAY } from "./calendar.js";

/** One row per flight. */
export const FLIGHTS = defineTable({
  name: "flights",
  columns: {
    minute: "i64",
    delay: "i64",
    distance: "i64",
    origin: "str",
    destination: "str",
  },
  tick: "minute",
  bucketSize: MINUTES_PER_DAY,
});

/**
 * One row per day and airport. Over all airports of a day, departures and arrivals are each the
 * number of its flights, and the delays of departing flights are all delays of the day.
 */
export const AIRPORT_BALANCE = defineTable({
  name: "airport_balance",
  columns: {
    /** The day's first minute. */
    day_start: "i64",
    airport: "str",
    departures: "i64",
    arrivals: "i64",
    delay_minutes: "i64",
  },
  tick: "day_start",
  bucketSize: MINUTES_PER_DAY,
});
