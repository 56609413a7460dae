/** Appends that are under way together: all land, and the small ones of one process share records. */
import assert from "node:assert/strict";
import type { TableDescriptor } from "@crv/core";
import fc from "fast-check";
import { Command, handleOf } from "./command.js";
import type { ModelRun } from "./model-run.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";
import { type Row, rowOf, TABLES } from "./tables.js";

interface Append {
  readonly handle: HandleIndex;
  readonly table: TableDescriptor;
  readonly rows: readonly Row[];
}

class AppendsCommand extends Command {
  readonly #appends: readonly Append[];

  constructor(appends: readonly Append[]) {
    super();
    this.#appends = appends;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const told = await Promise.all(
      this.#appends.map(async ({ handle, table, rows }) => {
        const result = await handles[handle].run.append(table, rows);
        assert.equal(result.rows, rows.length, "rows of one append");
        return { version: result.version, table: table.name, rows };
      }),
    );
    const last = Math.max(...told.map(({ version }) => version));
    for (let version = model.head + 1; version <= last; version++) {
      const landed = told.filter((append) => append.version === version);
      assert.ok(landed.length > 0, `version ${version} is of nobody`);
      model.append(landed);
    }
  }

  override toString(): string {
    const appends = this.#appends.map(
      ({ handle, table, rows }) => `handle ${handle} ${table.name} ${JSON.stringify(rows)}`,
    );
    return `appends(${appends.join("; ")})`;
  }
}

const appendOf = fc.constantFrom(...TABLES).chain((table) =>
  fc.record({
    handle: handleOf,
    table: fc.constant(table),
    rows: fc.array(rowOf(table), { minLength: 1, maxLength: 3 }),
  }),
);

export const appendsCommand: fc.Arbitrary<Command> = fc
  .array(appendOf, { minLength: 1, maxLength: 5 })
  .map((appends) => new AppendsCommand(appends));
