/** Reads with every option, and reads that go on while another handle commits. */
import assert from "node:assert/strict";
import type { TableDescriptor } from "@crv/core";
import type { Filter } from "@crv/io";
import fc from "fast-check";
import { type Change, changesOf, formatChange } from "./changes.js";
import { Command, handleOf, sometimes, transact } from "./command.js";
import { filterOf, isTrue } from "./filters.js";
import type { ModelRun } from "./model-run.js";
import { compareRows } from "./rows.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";
import { type Row, TABLES, valuesOf } from "./tables.js";

interface Options {
  readonly handle: HandleIndex;
  readonly table: TableDescriptor;
  readonly filter: Filter | undefined;
  readonly ticks: readonly [number, number] | undefined;
  readonly columns: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly order: "tick" | "storage";
}

class ScanCommand extends Command {
  readonly #options: Options;

  constructor(options: Options) {
    super();
    this.#options = options;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const { handle, table, filter, ticks, columns, limit, order } = this.#options;
    const { tickColumn } = table;
    const [tickMin, tickMax] = ticks ?? [];
    const where = tickColumn !== null && ticks ? { where: { tickMin, tickMax } } : {};
    const scan = handles[handle].run.scan(table, {
      ...where,
      order,
      ...(filter && { filter }),
      ...(columns && { columns }),
      ...(limit !== undefined && { limit }),
    });
    const rows = (await scan.toRows()) as readonly Row[];
    const selected = (model.newest.get(table.name) ?? []).filter(
      (row) => (filter === undefined || isTrue(filter, row)) && isWithin(row, tickColumn, ticks),
    );
    const shown = selected.map((row) => project(row, columns));
    const count = Math.min(shown.length, limit ?? Number.POSITIVE_INFINITY);
    assert.equal(rows.length, count, "rows of the scan");
    assert.equal(await scan.count(), count, "count of the scan");
    if (count === shown.length) compareRows(rows, shown, "the scan");
    for (const row of rows)
      assert.ok(
        shown.some((each) => isSame(each, row)),
        JSON.stringify(row),
      );
    if (order === "tick" && tickColumn !== null && rows[0] && tickColumn in rows[0]) {
      const first = selected.map((row) => Number(row[tickColumn])).sort((a, b) => a - b);
      assert.deepEqual(
        rows.map((row) => row[tickColumn]),
        first.slice(0, count),
        "order of ticks",
      );
    }
  }

  override toString(): string {
    const { handle, table, ...options } = this.#options;
    return `scan(handle ${handle}, ${table.name}, ${JSON.stringify(options)})`;
  }
}

/** A read that was begun gives the version at which it was begun. */
class PinnedScanCommand extends Command {
  readonly #table: TableDescriptor;
  readonly #changes: readonly Change[];

  constructor(table: TableDescriptor, changes: readonly Change[]) {
    super();
    this.#table = table;
    this.#changes = changes;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const expected = model.newest.get(this.#table.name) ?? [];
    const rows = handles[0].run.scan(this.#table).rows() as AsyncGenerator<Row>;
    const first = await rows.next();
    await transact(model, handles[1], this.#changes);
    const found = first.done === true ? [] : [first.value];
    for await (const row of rows) found.push(row);
    compareRows(found, expected, "a read that was begun before a commit");
  }

  override toString(): string {
    return `pinnedScan(${this.#table.name} [the other: ${this.#changes.map(formatChange).join("; ")}])`;
  }
}

function isWithin(
  row: Row,
  tickColumn: string | null,
  ticks: readonly [number, number] | undefined,
): boolean {
  if (tickColumn === null || ticks === undefined) return true;
  const tick = Number(row[tickColumn]);
  return tick >= ticks[0] && tick <= ticks[1];
}

function project(row: Row, columns: readonly string[] | undefined): Row {
  if (columns === undefined) return row;
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

function isSame(a: Row, b: Row): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((c) => a[c] === b[c])
  );
}

export const scanCommand: fc.Arbitrary<Command> = fc.constantFrom(...TABLES).chain((table) =>
  fc.oneof(
    { weight: 3, arbitrary: optionsOf(table).map((options) => new ScanCommand(options)) },
    changesOf.map((changes) => new PinnedScanCommand(table, changes)),
  ),
);

function optionsOf(table: TableDescriptor): fc.Arbitrary<Options> {
  const columns = Object.keys(valuesOf(table));
  return fc.record({
    handle: handleOf,
    table: fc.constant(table),
    filter: sometimes(2, filterOf(table)),
    ticks: sometimes(
      2,
      fc
        .tuple(fc.nat(32), fc.nat(32))
        .map(([a, b]): readonly [number, number] => [Math.min(a, b), Math.max(a, b)]),
    ),
    columns: sometimes(2, fc.shuffledSubarray(columns, { minLength: 1 })),
    limit: sometimes(3, fc.nat(4)),
    order: fc.constantFrom("tick" as const, "storage" as const),
  });
}
