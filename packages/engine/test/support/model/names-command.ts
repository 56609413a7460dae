/** Tags come and go; a branch is made, written, merged into main and deleted. */
import assert from "node:assert/strict";
import type { TagName } from "@crv/core";
import fc from "fast-check";
import { datasetOver } from "../datasets.js";
import { openProcess } from "../universe.js";
import { type Change, changesOf, formatChange } from "./changes.js";
import { Command, handleOf, performAll } from "./command.js";
import { compareNames } from "./compare-names.js";
import { ArtifactDraft } from "./model-artifacts.js";
import { ModelDraft, type ModelTables } from "./model-draft.js";
import { BRANCH, type ModelBranch } from "./model-names.js";
import type { ModelRun } from "./model-run.js";
import type { HandleIndex, RunUnderTest } from "./run-under-test.js";
import { TABLES } from "./tables.js";

type Step =
  | { readonly kind: "tag"; readonly back: number }
  | { readonly kind: "untag"; readonly which: number }
  | { readonly kind: "branch"; readonly back: number }
  | { readonly kind: "branchWrite" | "branchMerge"; readonly changes: readonly Change[] }
  | { readonly kind: "branchDelete" };

class NamesCommand extends Command {
  readonly #handle: HandleIndex;
  readonly #step: Step;

  constructor(handle: HandleIndex, step: Step) {
    super();
    this.#handle = handle;
    this.#step = step;
  }

  async attempt(model: ModelRun, real: RunUnderTest): Promise<void> {
    await this.#act(model, real);
    await compareNames(model, real);
  }

  async #act(model: ModelRun, real: RunUnderTest): Promise<void> {
    const { storage } = real.handles[this.#handle];
    const { names } = model;
    const { branch } = names;
    const step = this.#step;
    switch (step.kind) {
      case "tag": {
        const version = versionBack(model, step.back);
        const name = `t${++names.tagCount}` as TagName;
        await storage.createTag(name, { version }, {});
        names.tags.set(name, model.at(version).tables);
        return model.name();
      }
      case "untag": {
        const name = [...names.tags.keys()][step.which % Math.max(names.tags.size, 1)];
        if (name === undefined) return;
        await storage.deleteTag(name, {});
        names.tags.delete(name);
        return model.name();
      }
      case "branch":
        if (branch === undefined) await this.#makeBranch(model, real, step.back);
        return;
      case "branchWrite":
      case "branchMerge": {
        const written = branch ?? (await this.#makeBranch(model, real, 0));
        const tables = await write(model, real, written, step.changes);
        names.branch = { ...written, tables };
        if (step.kind === "branchMerge") await this.#merge(model, real, names.branch);
        return;
      }
      case "branchDelete":
        if (branch === undefined) return;
        await storage.deleteBranch(BRANCH, {});
        names.branch = undefined;
        return model.name();
    }
  }

  async #makeBranch(model: ModelRun, { handles }: RunUnderTest, back: number) {
    const version = versionBack(model, back);
    await handles[this.#handle].storage.createBranch(BRANCH, { version }, {});
    const { tables } = model.at(version);
    model.names.branch = { tables, base: tables };
    model.name();
    return model.names.branch;
  }

  /** Of tables that both changed it depends on the rows: those merges have a model of their own. */
  async #merge(model: ModelRun, { handles }: RunUnderTest, branch: ModelBranch): Promise<void> {
    const { storage } = handles[this.#handle];
    const theirs = changedSince(branch.base, branch.tables);
    const ours = changedSince(branch.base, model.newest);
    if (theirs.some((table) => ours.includes(table))) return;
    const before = model.head;
    const { outcome, version, conflictCount } = await storage.merge({ branch: BRANCH });
    assert.equal(conflictCount, 0);
    const merged = theirs.map((table) => [table, branch.tables.get(table) ?? []] as const);
    const tables = new Map([...model.newest, ...merged]);
    for await (const record of storage.commits({ after: before })) {
      assert.equal(record.kind, "merge");
      const touched = [...record.tables.keys()];
      assert.deepEqual(
        touched.filter((table) => !theirs.includes(table)),
        [],
        "only what the branch changed",
      );
      model.merge(tables, touched);
      if (touched.length > 0) model.names.mergeCount++;
    }
    assert.equal(version, model.head);
    assert.equal(outcome === "upToDate", model.head === before);
    if (model.head === before) assert.deepEqual(theirs, [], "there was something to merge");
    model.names.branch = { ...branch, base: branch.tables };
  }

  override toString(): string {
    const { kind, ...how } = this.#step;
    const what = "changes" in how ? how.changes.map(formatChange).join("; ") : JSON.stringify(how);
    return `${kind}(handle ${this.#handle}: ${what})`;
  }
}

/** One transaction on the branch, in a process of its own. */
async function write(
  model: ModelRun,
  real: RunUnderTest,
  { tables }: ModelBranch,
  changes: readonly Change[],
): Promise<ModelTables> {
  const { storage, store } = await openProcess(real.disk, "on the branch", { branch: BRANCH });
  const draft = new ModelDraft(tables, new ArtifactDraft(model.artifacts, model.head));
  await datasetOver(storage, TABLES).transaction((tx) => performAll(tx, changes, draft));
  for await (const record of storage.commits()) {
    for (const { add } of record.tables.values()) for (const { path } of add) real.named.add(path);
  }
  await storage.close();
  store.process.kill();
  return draft.over(tables);
}

function versionBack(model: ModelRun, back: number): number {
  return model.head - (back % Math.max(model.head - model.floor + 1, 1));
}

/** Tables whose rows may be others. */
function changedSince(base: ModelTables, tables: ModelTables): readonly string[] {
  return [...tables.keys()].filter((table) => base.get(table) !== tables.get(table));
}

/** Of tables alone: artifacts of branches have tests of their own. */
const rowChangesOf = changesOf.map((changes) => changes.filter((each) => !("artifact" in each)));

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("tag" as const), back: fc.nat(5) }),
  fc.record({ kind: fc.constant("untag" as const), which: fc.nat(5) }),
  fc.record({ kind: fc.constant("branch" as const), back: fc.nat(2) }),
  fc.record({ kind: fc.constant("branchWrite" as const), changes: rowChangesOf }),
  fc.record({ kind: fc.constant("branchMerge" as const), changes: rowChangesOf }),
  fc.record({ kind: fc.constant("branchMerge" as const), changes: rowChangesOf }),
  fc.record({ kind: fc.constant("branchDelete" as const) }),
);

export const namesCommand: fc.Arbitrary<Command> = fc
  .tuple(handleOf, stepOf)
  .map(([handle, step]) => new NamesCommand(handle, step));
