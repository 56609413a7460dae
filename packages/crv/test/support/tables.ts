/** Tables and rows that several tests use. */
import { defineTable } from "../../src/index.js";

/** Flights of one hour per bucket. */
export const flights = defineTable({
  name: "flights",
  columns: { minute: "i64", origin: "str", delay: "i64?" },
  tick: "minute",
  bucketSize: 60,
});

/** One column of every type, all nullable but the tick and one more. */
export const everything = defineTable({
  name: "everything",
  columns: {
    tick: "i64",
    wide: "i64?",
    real: "f64?",
    name: "str?",
    flag: "bool?",
    small: "i32?",
    ratio: "f32?",
    at: "timestamp?",
    bytes: "binary?",
    payload: "struct?",
    items: "list[struct]?",
    state: "f32[3]?",
    ids: "i64[2]?",
    point: { struct: { x: "f64", label: "str?" }, nullable: true },
    code: "i32",
  },
});

export interface Flight {
  readonly minute: number;
  readonly origin: string;
  readonly delay: number | null;
}

/** One flight a minute, from minute `first`. */
export function flightsFrom(first: number, count: number): Flight[] {
  return Array.from({ length: count }, (_, index) => ({
    minute: first + index,
    origin: ["SFO", "OAK", "SJC"][index % 3] as string,
    delay: index % 5 === 0 ? null : (index * 7) % 60,
  }));
}

export async function* later<T>(items: Iterable<T>): AsyncIterable<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}
