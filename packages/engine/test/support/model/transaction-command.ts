/** Transactions: that end well, that throw, that are cancelled; while another handle commits, or not. */
import assert from "node:assert/strict";
import { type CrvError, IoError } from "@crv/core";
import fc from "fast-check";
import { type Change, changesOf, formatChange } from "./changes.js";
import {
  againOf,
  Command,
  compareOutcome,
  handleOf,
  idOf,
  performAll,
  sometimes,
  transact,
} from "./command.js";
import type { ModelRun } from "./model-run.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";

interface Options {
  readonly handle: HandleIndex;
  readonly changes: readonly Change[];
  /** What the other handle commits before the change of that index. */
  readonly meanwhile: { readonly at: number; readonly changes: readonly Change[] } | undefined;
  readonly end: "commit" | "throw" | "abort";
  readonly again: number | undefined;
}

class TransactionCommand extends Command {
  readonly #options: Options;

  constructor(options: Options) {
    super();
    this.#options = options;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const { handle, changes, meanwhile, end, again } = this.#options;
    const other = handles[handle === 0 ? 1 : 0];
    const id = idOf(model, again);
    const base = model.head;
    const draft = model.draft();
    const isSettled = model.landed.has(id) || model.aborted.has(id);
    const at = meanwhile === undefined ? changes.length : meanwhile.at % (changes.length + 1);
    const stop = new AbortController();
    const planned = new Error("planned");
    const told = handles[handle].run.transaction(
      async (tx) => {
        await performAll(tx, changes.slice(0, at), draft, isSettled);
        if (meanwhile) await transact(model, other, meanwhile.changes);
        await performAll(tx, changes.slice(at), draft, isSettled);
        if (end === "throw") throw planned;
        if (end === "abort") stop.abort();
      },
      { operationId: id, signal: stop.signal },
    );
    if (end === "commit") return compareOutcome(model, draft, base, id, told);
    await assert.rejects(told, (error: CrvError) =>
      end === "throw" ? error === planned : error instanceof IoError && error.code === "ABORTED",
    );
  }

  override toString(): string {
    const { handle, changes, meanwhile, end, again } = this.#options;
    const lines = changes.map(formatChange);
    if (meanwhile) {
      const other = `[the other: ${meanwhile.changes.map(formatChange).join("; ")}]`;
      lines.splice(meanwhile.at % (changes.length + 1), 0, other);
    }
    const id = again === undefined ? "" : `, id ${again} again`;
    return `transaction(handle ${handle}${id}: ${lines.join("; ")}; ${end})`;
  }
}

export const transactionCommand: fc.Arbitrary<Command> = fc
  .record({
    handle: handleOf,
    changes: changesOf,
    meanwhile: sometimes(2, fc.record({ at: fc.nat(4), changes: changesOf })),
    end: fc.oneof(
      { weight: 6, arbitrary: fc.constant("commit" as const) },
      fc.constantFrom("throw" as const, "abort" as const),
    ),
    again: againOf,
  })
  .map((options) => new TransactionCommand(options));
