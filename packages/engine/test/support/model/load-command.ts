/** Appends and loads, of rows in memory and of streams; good to their end, or with a bad last row. */
import assert from "node:assert/strict";
import { IoSchemaError, type TableDescriptor } from "@crv/core";
import type { LoadMode } from "@crv/io";
import fc from "fast-check";
import { type Change, changesOf, formatChange } from "./changes.js";
import {
  againOf,
  Command,
  compareOutcome,
  handleOf,
  idOf,
  sometimes,
  transact,
} from "./command.js";
import type { ModelRun } from "./model-run.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";
import { KEYED, type Row, rowsOf, TABLES } from "./tables.js";

interface TableLoad {
  readonly table: TableDescriptor;
  readonly mode: LoadMode;
  readonly rows: readonly Row[];
  readonly stream: boolean;
}

interface Options {
  readonly handle: HandleIndex;
  readonly loads: readonly TableLoad[];
  readonly concurrency: number;
  /** One table is asked of `append`; several, and every other mode, of `load`. */
  readonly append: boolean;
  /** What the other handle commits while the first stream is read. */
  readonly meanwhile: readonly Change[] | undefined;
  /** Ends this table, of those there are, with a row that is refused. */
  readonly bad: number | undefined;
  readonly again: number | undefined;
}

class LoadCommand extends Command {
  readonly #options: Options;

  constructor(options: Options) {
    super();
    this.#options = options;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const { handle, loads, bad, again } = this.#options;
    const id = idOf(model, again);
    const base = model.head;
    const draft = model.draft();
    const other = handles[handle === 0 ? 1 : 0];
    const meanwhile = bad === undefined ? this.#options.meanwhile : undefined;
    let isFirst = meanwhile !== undefined;
    const inputs = loads.map(({ table, rows, stream }, index) => {
      const items: readonly unknown[] =
        bad !== undefined && bad % loads.length === index
          ? [...rows, { ...rows[0], tick: {} }]
          : rows;
      if (!stream) return [table, items] as const;
      const streamed = async function* () {
        const isFirstStream = isFirst;
        isFirst = false;
        if (isFirstStream && meanwhile) await transact(model, other, meanwhile);
        yield* items;
      };
      return [table, streamed()] as const;
    });
    const told = this.#write(handles[handle].run, inputs, id);
    if (bad !== undefined) return assert.rejects(told, IoSchemaError);
    if (this.#isAppend && loads[0]?.rows.length === 0) {
      // Nothing is attempted, so nothing is said of the id.
      assert.equal((await told).version, base);
      return;
    }
    for (const { table, mode, rows } of loads) {
      draft.apply({ kind: mode === "append" ? "insert" : mode, table, rows });
    }
    await compareOutcome(model, draft, base, id, told);
  }

  get #isAppend(): boolean {
    const { loads, append } = this.#options;
    return append && loads.length === 1 && loads[0]?.mode === "append";
  }

  async #write(
    run: RunUnderTest["handles"][0]["run"],
    inputs: readonly (readonly [TableDescriptor, unknown])[],
    operationId: string,
  ) {
    const { loads, concurrency } = this.#options;
    const [only] = inputs;
    if (this.#isAppend && only) {
      const { version } = await run.append(only[0], only[1] as never, { operationId });
      return { version };
    }
    const mode = Object.fromEntries(loads.map((load) => [load.table.name, load.mode]));
    return run.load(inputs, { mode, operationId, stageConcurrency: concurrency });
  }

  override toString(): string {
    const { handle, loads, meanwhile, bad, again, concurrency } = this.#options;
    const tables = loads.map(
      ({ table, mode, rows, stream }, index) =>
        `${mode} ${table.name} ${stream ? "stream " : ""}${JSON.stringify(rows)}${bad !== undefined && bad % loads.length === index ? " and a bad row" : ""}`,
    );
    const other = meanwhile ? ` [the other: ${meanwhile.map(formatChange).join("; ")}]` : "";
    const id = again === undefined ? "" : `, id ${again} again`;
    return `load(handle ${handle}${id}, ${concurrency} at once: ${tables.join("; ")}${other})`;
  }
}

const tableLoadOf: fc.Arbitrary<TableLoad> = fc.constantFrom(...TABLES).chain((table) =>
  fc.record({
    table: fc.constant(table),
    mode: KEYED.includes(table)
      ? fc.constantFrom<LoadMode>("append", "merge", "overwrite")
      : fc.constantFrom<LoadMode>("append", "append", "overwrite"),
    rows: rowsOf(table),
    stream: fc.boolean(),
  }),
);

export const loadCommand: fc.Arbitrary<Command> = fc
  .record({
    handle: handleOf,
    loads: fc.uniqueArray(tableLoadOf, {
      minLength: 1,
      maxLength: TABLES.length,
      selector: ({ table }) => table.name,
    }),
    concurrency: fc.integer({ min: 1, max: TABLES.length }),
    append: fc.boolean(),
    meanwhile: sometimes(3, changesOf),
    bad: sometimes(8, fc.nat(2)),
    again: againOf,
  })
  .map((options) => new LoadCommand(options));
