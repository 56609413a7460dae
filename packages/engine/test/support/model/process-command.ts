/** What happens to processes and to the log: a handle is opened anew, dies, the power goes, a trim. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Change, changesOf, formatChange } from "./changes.js";
import { Command, handleOf, newId, performAll, sometimes, type Told } from "./command.js";
import type { ModelDraft } from "./model-draft.js";
import type { ModelRun } from "./model-run.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";

class ReopenCommand extends Command {
  readonly #handle: HandleIndex;

  constructor(handle: HandleIndex) {
    super();
    this.#handle = handle;
  }

  async attempt(_model: ModelRun, real: RunUnderTest): Promise<void> {
    await real.handles[this.#handle].storage.close();
    await real.reopen(this.#handle);
  }

  override toString(): string {
    return `reopen(handle ${this.#handle})`;
  }
}

class TrimCommand extends Command {
  readonly #handle: HandleIndex;
  readonly #keep: number;

  constructor(handle: HandleIndex, keep: number) {
    super();
    this.#handle = handle;
    this.#keep = keep;
  }

  async attempt(model: ModelRun, { handles }: RunUnderTest): Promise<void> {
    const { floor } = await handles[this.#handle].storage.trimLog(this.#keep);
    model.floor = Math.max(model.floor, model.head - Math.max(this.#keep, 3) + 1);
    assert.equal(floor, model.floor, "the floor");
  }

  override toString(): string {
    return `trim(handle ${this.#handle}, keep ${this.#keep})`;
  }
}

interface CrashOptions {
  readonly handle: HandleIndex;
  readonly changes: readonly Change[];
  /** Storage call of the transaction before which its process dies; it may make fewer. */
  readonly at: number;
  /** The power goes as well: chooses among what may be left of the disk. */
  readonly power: number | undefined;
}

/** A transaction whose process dies: afterwards all of it is there, or nothing. */
class CrashCommand extends Command {
  readonly #options: CrashOptions;

  constructor(options: CrashOptions) {
    super();
    this.#options = options;
  }

  async attempt(model: ModelRun, real: RunUnderTest): Promise<void> {
    const { handle, power } = this.#options;
    const id = newId(model);
    const draft = model.draft();
    const told = await this.#transact(real, draft, id);
    if (power === undefined) await real.reopen(handle);
    else await real.losePower(power);
    await this.#learn(model, real, draft, id);
    if (told !== undefined && draft.hasEffect) {
      assert.equal(model.landed.get(id), told.version, "I1: what was acknowledged is there");
    }
    if (model.landed.has(id) || model.aborted.has(id)) model.ids.push(id);
  }

  /** What the caller was told before the process died. */
  async #transact(
    { disk, handles }: RunUnderTest,
    draft: ModelDraft,
    operationId: string,
  ): Promise<Told | undefined> {
    const { handle, changes, at } = this.#options;
    const { name, run, store } = handles[handle];
    let calls = 0;
    disk.onStep = ({ process }) => {
      if (process === name && ++calls === at) store.process.kill();
    };
    try {
      // All of the draft is needed to know what the log may hold, also when the process dies early.
      for (const change of changes) draft.apply(change);
      const whole = draft.afresh();
      return await run.transaction((tx) => performAll(tx, changes, whole), { operationId });
    } catch (error) {
      if (store.process.crashed && !(error instanceof assert.AssertionError)) return undefined;
      throw error;
    } finally {
      disk.onStep = undefined;
      store.process.kill();
    }
  }

  /** The log decides what landed; recoveries are commits of their own. */
  async #learn(
    model: ModelRun,
    { handles }: RunUnderTest,
    draft: ModelDraft,
    id: string,
  ): Promise<void> {
    for await (const record of handles[this.#options.handle].storage.commits({
      after: model.head,
    })) {
      const isRecovery = record.recovery !== undefined;
      const own = record.operations.find((operation) => operation.id === id);
      if (isRecovery) model.recover(record.aborts);
      else if (own) model.commit(draft, own.id);
      else assert.fail(`version ${record.version} is of nobody`);
    }
  }

  override toString(): string {
    const { handle, changes, at, power } = this.#options;
    const lost = power === undefined ? "" : `, the power goes (${power})`;
    return `crash(handle ${handle} before call ${at}${lost}: ${changes.map(formatChange).join("; ")})`;
  }
}

export const reopenCommand: fc.Arbitrary<Command> = handleOf.map((h) => new ReopenCommand(h));

export const trimCommand: fc.Arbitrary<Command> = fc
  .tuple(handleOf, fc.integer({ min: 1, max: 6 }))
  .map(([handle, keep]) => new TrimCommand(handle, keep));

export const crashCommand: fc.Arbitrary<Command> = fc
  .record({
    handle: handleOf,
    changes: changesOf,
    at: fc.integer({ min: 1, max: 70 }),
    power: sometimes(3, fc.nat(1000)),
  })
  .map((options) => new CrashCommand(options));
