/** Maintenance: small parts are merged, old versions go. Neither changes a row of a version that is kept. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Command, handleOf } from "./command.js";
import { compareNames, compareParts } from "./compare-names.js";
import type { ModelRun } from "./model-run.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";

class OptimizeCommand extends Command {
  readonly #handle: HandleIndex;

  constructor(handle: HandleIndex) {
    super();
    this.#handle = handle;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const { storage } = handles[this.#handle];
    const { commits, version } = await storage.optimize();
    const before = model.head;
    for await (const record of storage.commits({ after: before })) {
      assert.equal(record.kind, "optimize");
      model.rearrange([...record.tables.keys()]);
    }
    assert.deepEqual([model.head - before, version], [commits, model.head], "commits");
    // Nothing is left to merge.
    assert.equal((await storage.optimize()).commits, 0);
  }

  override toString(): string {
    return `optimize(handle ${this.#handle})`;
  }
}

class CleanupCommand extends Command {
  readonly #handle: HandleIndex;
  readonly #keep: number;

  constructor(handle: HandleIndex, keep: number) {
    super();
    this.#handle = handle;
    this.#keep = keep;
  }

  async attempt(model: ModelRun, real: RunUnderTest): Promise<void> {
    const { storage } = real.handles[this.#handle];
    const options = { keepVersions: this.#keep, graceMs: 0 };
    const told = await storage.cleanup({ ...options, dryRun: true });
    const { floor } = await storage.cleanup(options);
    model.floor = Math.max(model.floor, model.head - Math.max(this.#keep, 3) + 1);
    assert.deepEqual([floor, told.floor], [model.floor, model.floor], "the floor");
    await compareParts(model, real);
    await compareNames(model, real);
  }

  override toString(): string {
    return `cleanup(handle ${this.#handle}, keep ${this.#keep})`;
  }
}

export const optimizeCommand: fc.Arbitrary<Command> = handleOf.map((h) => new OptimizeCommand(h));

export const cleanupCommand: fc.Arbitrary<Command> = fc
  .tuple(handleOf, fc.integer({ min: 1, max: 6 }))
  .map(([handle, keep]) => new CleanupCommand(handle, keep));
