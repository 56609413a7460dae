/**
 * The tables of the model, and the rows that are written to them: values are few, so that random keys
 * and filters meet. One table has ticks and no key, one both, one a key of two columns and no tick.
 */
import { defineTable, type TableDescriptor } from "@crv/core";
import fc from "fast-check";

export type Value = number | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

const EVENTS = defineTable({
  name: "events",
  columns: { tick: "i64", kind: "str", size: "i64?", loud: "bool?" },
  bucketSize: 5,
});
const PEOPLE = defineTable({
  name: "people",
  columns: { tick: "i64", id: "str", score: "f64?" },
  key: ["id"],
  bucketSize: 10,
});
const PAIRS = defineTable({
  name: "pairs",
  columns: { left: "i64", right: "str", weight: "i64?" },
  key: ["left", "right"],
});

export const TABLES: readonly TableDescriptor[] = [EVENTS, PEOPLE, PAIRS];
export const KEYED: readonly TableDescriptor[] = [PEOPLE, PAIRS];

const TICKS = [0, 1, 4, 5, 9, 10, 14, 20, 31];

const VALUES: Readonly<Record<string, Readonly<Record<string, readonly Value[]>>>> = {
  events: {
    tick: TICKS,
    kind: ["", "a", "b"],
    size: [null, -1, 0, 1, 7],
    loud: [null, true, false],
  },
  people: { tick: TICKS, id: ["ann", "bob", "cid", "dee"], score: [null, -1.5, 0, 1, 2.5] },
  pairs: { left: [-1, 0, 1], right: ["1", "1:1", ""], weight: [null, 0, 1, 2] },
};

export function valuesOf({ name }: TableDescriptor): Readonly<Record<string, readonly Value[]>> {
  return VALUES[name] as Readonly<Record<string, readonly Value[]>>;
}

export function rowOf(table: TableDescriptor): fc.Arbitrary<Row> {
  const columns = Object.entries(valuesOf(table));
  return fc.record(
    Object.fromEntries(columns.map(([column, values]) => [column, fc.constantFrom(...values)])),
    { noNullPrototype: true },
  );
}

export function rowsOf(table: TableDescriptor): fc.Arbitrary<readonly Row[]> {
  return fc.array(rowOf(table), { maxLength: 6 });
}

/** What an update may give: any columns but those of the key. */
export function setOf(table: TableDescriptor): fc.Arbitrary<Row> {
  const columns = Object.entries(valuesOf(table)).filter(([column]) => !table.key.includes(column));
  return fc
    .record(
      Object.fromEntries(columns.map(([column, values]) => [column, fc.constantFrom(...values)])),
      { requiredKeys: [], noNullPrototype: true },
    )
    .map((set) => set as Row)
    .filter((set) => Object.keys(set).length > 0);
}

/** The key of a row, as a text that is equal exactly when the keys are. */
export function keyOf(table: TableDescriptor, row: Row): string {
  return JSON.stringify(table.key.map((column) => row[column]));
}
