/** What the compiler knows of tables. The assertions are checked by tsc; running them proves little. */
import { defineTable, type JsonObject, type TableDescriptor } from "@crv/core";
import { describe, expectTypeOf, test } from "vitest";
import type { Dataset, Scan } from "../src/index.js";

const flights = defineTable({
  name: "flights",
  columns: { minute: "i64", origin: "str", delay: "i64?", at: "timestamp?", extra: "struct?" },
  tick: "minute",
});
const gates = defineTable({ name: "gates", columns: { gate: "str", open: "bool" } });

declare const run: Dataset<readonly [typeof flights]>;
declare const plain: Dataset;
declare const anyTables: Dataset<readonly TableDescriptor[]>;

/** Type-checked, never called. */
function compiled(_body: () => unknown): void {}

describe("recorder", () => {
  test("checks a row of a table by its name or descriptor", () => {
    const recorder = () => run.recorder();
    compiled(() => [
      recorder().write("flights", { minute: 1, origin: "SFO", delay: null, extra: { a: [1] } }),
      recorder().write("holdings", { tick: 1, agent_id: "a", token_id: "t", quantity: 1 }),
      recorder().write(gates, { gate: "A1", open: true }),
      // @ts-expect-error A required column is missing.
      recorder().write("flights", { minute: 1 }),
      // @ts-expect-error A value is of the wrong type.
      recorder().write(gates, { gate: "A1", open: "yes" }),
      // @ts-expect-error The table has no such column.
      recorder().write("flights", { minute: 1, origin: "SFO", dellay: 3 }),
      // @ts-expect-error The program does not describe the table.
      recorder().write("gates", { gate: "A1", open: true }),
      // @ts-expect-error There is no such option.
      run.recorder({ flushRow: 1 }),
    ]);
  });
});

describe("append", () => {
  test("checks rows of tables passed at open, by their name", () => {
    compiled(() => [
      run.append("flights", [{ minute: 1, origin: "SFO" }]),
      run.append("flights", [{ minute: 1n, origin: "SFO", delay: null, at: new Date() }]),
      run.append(flights.name, [{ minute: 1, origin: "SFO", extra: { a: [1] } }]),
      // @ts-expect-error A required column is missing.
      run.append("flights", [{ minute: 1 }]),
      // @ts-expect-error A value is of the wrong type.
      run.append("flights", [{ minute: 1, origin: 5 }]),
      // @ts-expect-error A required column is null.
      run.append("flights", [{ minute: 1, origin: null }]),
      // @ts-expect-error The table has no such column.
      run.append("flights", [{ minute: 1, origin: "SFO", dellay: 3 }]),
      // @ts-expect-error One row is not a list of rows.
      run.append("flights", { minute: 1, origin: "SFO" }),
      // @ts-expect-error There is no such option.
      run.append("flights", [], { acter: "me" }),
    ]);
  });

  test("checks rows of canonical tables", () => {
    compiled(() => [
      plain.append("holdings", [{ tick: 1, agent_id: "a", token_id: "t", quantity: 1 }]),
      // @ts-expect-error A required column is missing.
      plain.append("holdings", [{ tick: 1, agent_id: "a", token_id: "t" }]),
      // @ts-expect-error The bucket is computed.
      plain.append("holdings", [{ tick: 1, agent_id: "a", token_id: "t", quantity: 1, bucket: 0 }]),
    ]);
  });

  test("checks rows of a descriptor", () => {
    compiled(() => [
      plain.append(gates, [{ gate: "A1", open: true }]),
      // @ts-expect-error A value is of the wrong type.
      plain.append(gates, [{ gate: "A1", open: "yes" }]),
    ]);
  });

  test("checks rows in iterables and arrays of arrays", () => {
    type Row = { minute: number; origin: string };
    compiled(() => [
      run.append("flights", new Set<Row>()),
      run.append("flights", (async function* (): AsyncIterable<Row | Row[]> {})()),
      run.append("flights", [[{ minute: 1, origin: "SFO" }]]),
      // @ts-expect-error A required column is missing.
      run.append("flights", new Set<{ minute: number }>()),
      // @ts-expect-error A required column is missing.
      run.append("flights", (async function* (): AsyncIterable<{ minute: number }> {})()),
    ]);
  });

  test("takes any rows for names that the program does not describe", () => {
    compiled(() => [
      plain.append("flights", [{ anything: 1 }]),
      plain.append("flights" as string, [{ anything: 1 }]),
      anyTables.append("flights", [{ anything: 1 }]),
      // @ts-expect-error Canonical names are known to every dataset.
      anyTables.append("holdings", [{ anything: 1 }]),
    ]);
  });
});

describe("read", () => {
  interface FlightRow {
    minute: number;
    origin: string;
    delay: number | null;
    at: Date | null;
    extra: JsonObject | null;
  }

  test("types rows by the table, the columns and int64", () => {
    compiled(async () => {
      expectTypeOf(await run.scan("flights").toRows()).toEqualTypeOf<FlightRow[]>();
      expectTypeOf(await run.scan("flights").toRows()).toEqualTypeOf<FlightRow[]>();
      expectTypeOf(
        await run.scan("flights", { columns: ["origin", "delay"] }).toRows(),
      ).toEqualTypeOf<{ origin: string; delay: number | null }[]>();
      expectTypeOf(
        await run.scan("flights", { columns: ["minute", "at"], int64: "bigint" }).toRows(),
      ).toEqualTypeOf<{ minute: bigint; at: bigint | null }[]>();
      expectTypeOf(
        await run.scan("flights", { columns: ["minute"] }).toRows({ int64: "bigint" }),
      ).toEqualTypeOf<{ minute: bigint }[]>();
      expectTypeOf(await plain.scan(gates).toRows()).toEqualTypeOf<
        { gate: string; open: boolean }[]
      >();
      expectTypeOf(await plain.scan("unknown").toRows()).toEqualTypeOf<Record<string, unknown>[]>();
      for await (const row of run.scan("flights", { columns: ["minute"] }).rows()) {
        expectTypeOf(row).toEqualTypeOf<{ minute: number }>();
      }
      for await (const row of run
        .scan("flights", { columns: ["minute"], int64: "bigint" })
        .rows()) {
        expectTypeOf(row).toEqualTypeOf<{ minute: bigint }>();
      }
      expectTypeOf(run.scan("flights")).toExtend<Scan<typeof flights>>();
    });
  });

  test("checks the names of columns", () => {
    compiled(() => [
      run.scan("flights", { filter: { delay: { gt: 60 }, or: [{ origin: "SFO" }] } }),
      run.scan("flights", { columns: ["origin"], filter: { delay: null } }),
      plain.scan("unknown", { columns: ["a"], filter: { a: { gt: 1 }, or: [{ b: null }] } }),
      // @ts-expect-error The table has no such column.
      run.scan("flights", { columns: ["orgin"] }),
      // @ts-expect-error The table has no such column.
      run.scan("flights", { filter: { dellay: { gt: 60 } } }),
      // @ts-expect-error There is no such operator.
      run.scan("flights", { filter: { delay: { gte: 60 } } }),
      // @ts-expect-error Bounds are called tickMin and tickMax.
      run.scan("flights", { where: { tick_min: 1 } }),
    ]);
  });
});
